"""The command line: what was asked for, understood before anything heavy is loaded."""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from viewer.core.errors import LookaheadError, NotFoundError
from viewer.core.executor import waited_for
from viewer.core.records import dataclass, replace
from viewer.core.sequence.folder_rule import AS_NAMED, ORDERS, FolderRule, Order
from viewer.core.units import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.app import App
    from viewer.core.frame import Range
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.early import EarlyRead
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Opened

NO_DISPLAY = (
    "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
    "Use --measure to drive the window off-screen, or --list to see what a folder holds."
)
INTERRUPTED = 130
"""The exit code of a program that was ended by Ctrl+C, as shells have it."""


@dataclass(frozen=True)
class CommandLine:
    """What was asked for, each by the name that :mod:`viewer.arguments` describes it under.

    Attributes:
        cache_clear: the folder, () for all folders: no text can be mistaken for these.
    """

    path: str | None = None
    frame: str | None = None
    range: Range | None = None
    fps: float | None = None
    cache: int | None = None
    demo: bool = False
    order: str | None = None
    filter: str | None = None
    list: bool = False
    diagnose: bool = False
    cache_info: bool = False
    cache_clear: tuple[str, ...] | None = None
    grab: str | None = None
    measure: bool = False
    screenshot: str = "screenshot.png"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``lookahead`` with the arguments given, or those of the process; returns the exit code."""
    options = _understood(sys.argv[1:] if arguments is None else arguments)
    if options.cache is not None:
        _warn_of_cache(options.cache)
    try:
        path = _absolute(options.path) if options.path is not None else None
        if (code := _answer(options, path)) is not None:
            return code
        gc.disable()  # what is made at the start stays until the end; the window collects by itself
        if options.measure or options.grab:
            return _off_screen(options, path)
        if not _has_display():
            return _fail(NO_DISPLAY)
        return _show(options, path)
    except LookaheadError as error:
        return _fail(str(error))
    finally:
        gc.enable()


def _understood(arguments: Sequence[str]) -> CommandLine:
    """Returns what was asked for; a path alone, as mostly, without argparse, which takes 10 ms to be loaded."""
    match arguments:
        case []:
            return CommandLine()
        case [path] if not path.startswith("-"):
            return CommandLine(path)
        case [path, "--grab", file] | ["--grab", file, path] if "-" not in {path[:1], file[:1]}:
            return CommandLine(path, grab=file)
        case _:
            from viewer.arguments import parsed  # noqa: PLC0415 - see above

            return CommandLine(**parsed(arguments))


def _warn_of_cache(cache_bytes: int) -> None:
    """Says so if a cache of this size is more than the computer can give; it is taken all the same, and less used."""
    from viewer.core.computer_memory import computer_memory  # noqa: PLC0415 - not needed to show the help
    from viewer.model.captions import beyond_memory  # noqa: PLC0415
    from viewer.model.preferences import Preferences  # noqa: PLC0415

    memory = computer_memory()
    sentence = beyond_memory(Preferences(cache_bytes=cache_bytes), None if memory is None else memory.total)
    if sentence:
        print(_printable(f"lookahead: {sentence} No more is used.", sys.stderr), file=sys.stderr)


def _answer(options: CommandLine, path: str | None) -> int | None:
    """Prints what is asked for without a window and returns the exit code; None if a window is needed."""
    if options.cache_info:
        return _cache_info()
    if options.cache_clear is not None:
        return _cache_clear(*map(_absolute, options.cache_clear))
    if options.list or options.diagnose:
        path = path or _absolute(".")
        return _list(path, _rule(options)) if options.list else _diagnose(path)
    return None


def _wished(options: CommandLine) -> dict[str, float]:
    """Returns the preferences that were given."""
    wished = {"rate": options.fps, "cache_bytes": options.cache}
    return {name: value for name, value in wished.items() if value is not None}


def _rule(options: CommandLine) -> FolderRule | None:
    """Returns the order and the filter that were given, None if neither was."""
    if options.order is None and options.filter is None:
        return None
    return FolderRule(ORDERS[options.order or "sequences"], filter=options.filter or "")


def _off_screen(options: CommandLine, path: str | None) -> int:
    from viewer.core.sequence.pattern import is_pattern  # noqa: PLC0415 - not needed to show the help

    rule = _rule(options)
    if rule is not None and path is not None and is_pattern(path):
        return _fail("A pattern says which pictures are shown: leave out --order and --filter, or name the folder.")
    if options.grab and (sentence := _is_in_the_way(options.grab, path)):
        return _fail(sentence)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    early = _read_early(path)
    from viewer import measure  # noqa: PLC0415 - loads Qt

    if options.grab:
        what = options.frame, options.grab, options.range
        return measure.grab(path, *what, wished=_wished(options), rule=rule, early=early)
    return measure.measure(path, options.screenshot, wished=_wished(options), rule=rule, early=early)


def _is_in_the_way(target: str, path: str | None) -> str:
    """Returns why ``target`` is not written over where it may be a picture of the user's; else ""."""
    if not os.path.lexists(target):
        return ""
    if path is None:
        return f"{target} is there already, and no folder was named: name what is to be seen before --grab."
    folder = os.path.realpath(path if Path(path).is_dir() else os.path.split(path)[0])
    if folder not in {os.path.split(os.path.realpath(target))[0], os.path.realpath(os.path.split(target)[0])}:
        return ""
    return f"{target} is there already, beside the pictures that are seen: choose another name or folder."


def _read_early(path: str | None) -> EarlyRead | None:
    """Begins to read a file that was named, while Qt is being loaded; returns the read, None without such a file."""
    from viewer import paths  # noqa: PLC0415 - not needed to show the help
    from viewer.core.files import KEPT_FILES, kept_files  # noqa: PLC0415
    from viewer.core.storage.early import EarlyRead  # noqa: PLC0415
    from viewer.core.storage.local import LocalStorage  # noqa: PLC0415
    from viewer.model.opened import guess  # noqa: PLC0415

    if path is None or guess(path) is None:
        return None
    kept = kept_files(paths.folders()[1] / KEPT_FILES, limit=0)
    folder, name = os.path.split(path)
    return EarlyRead(LocalStorage(), path, unless=lambda: bool(kept.held(folder, [name])))


def _show(options: CommandLine, path: str | None) -> int:
    early = _read_early(None if options.demo else path)
    from viewer import app  # noqa: PLC0415 - loads Qt

    def watch(running: App, said: str = "") -> None:
        """Prints why what was named cannot be opened, as the window says, and ends with 1 if that is closed then."""
        state = running.window.state
        has_gone_on = state.sequence is not None or state.folder is not None or running.model.opened != path
        running.exit_code = 0 if has_gone_on else running.exit_code
        if has_gone_on:
            return  # there is something to open, or the user has gone on to something else
        if not state.listing and state.message and not said:
            said = state.message
            running.exit_code = _fail(said)
        running.loop.call_later(0.05 if not said else 0.5, lambda: watch(running, said))

    def open_first(running: App) -> None:
        running.model.levels.set_fixed(options.range)
        running.model.set_preferences(running.model.settings.preferences.changed(**_wished(options)))
        if options.demo:
            running.window.open_demo(options.frame)
        elif path is not None:
            running.model.open(path, options.frame, rate=options.fps)
            if (rule := _rule(options)) is not None:
                running.model.folder.set_rule(rule)
            running.loop.call_later(0.05, lambda: watch(running))

    return app.run(open_first, early)


def _list(path: str, rule: FolderRule | None) -> int:
    from viewer.model import messages  # noqa: PLC0415 - not needed to show the help

    def say() -> None:
        print(_printable(f"Listing {path} takes long …", sys.stderr), file=sys.stderr, flush=True)

    try:
        opened, said = waited_for(lambda: _listed(path, rule), say)
    except KeyboardInterrupt:
        _fail("Listing was stopped.")
        return INTERRUPTED
    if said:
        print(_printable(said, sys.stderr), file=sys.stderr)
    for sequence in opened.sequences:
        if opened.rule.order is not Order.SEQUENCES:
            print(_printable("\n".join(sequence.names()), sys.stdout))
            continue
        gaps = len(sequence.gaps)
        tail = f", {gaps} {'gap' if gaps == 1 else 'gaps'}" if gaps else ""
        frames = "1 frame" if len(sequence) == 1 else f"{len(sequence)} frames"
        print(_printable(f"{sequence.label}  {frames}{tail}", sys.stdout))
    if opened.unread:
        print(_printable(messages.unread(opened.unread), sys.stderr), file=sys.stderr)
    return 0


def _listed(path: str, rule: FolderRule | None) -> tuple[Opened, str]:
    """Returns what is at ``path`` by a rule, None for the one remembered; and what to say of that one; blocks."""
    from viewer.core.files import check_picture, regrouped  # noqa: PLC0415 - not needed to show the help
    from viewer.core.sequence.pattern import is_pattern, matching  # noqa: PLC0415
    from viewer.core.storage.transfer import Transfer  # noqa: PLC0415
    from viewer.model.opened import open_from  # noqa: PLC0415

    storage, said = _storage(), ""
    opened = open_from(storage, path, Transfer(), lambda _so_far: None, time.monotonic)
    if opened.number is not None and len(opened.sequences[opened.chosen]) == 1:  # a single file was named
        check_picture(storage, path)
    if rule is None and not is_pattern(path):
        rule = _remembered(opened)
        said = "" if rule is None else _by_rule(rule)
    if rule is None:
        return opened, said
    sequences: Sequence[FrameSequence] = opened.sequences
    if pattern := opened.rule.pattern:  # that of the path, which gives the other pictures of the folder, too
        sequences = sequences if rule.order is Order.SEQUENCES else matching(path, sequences)
        rule = replace(rule, pattern=pattern)
    return replace(opened, sequences=regrouped(storage, sequences, rule), rule=rule), said


def _remembered(opened: Opened) -> FolderRule | None:
    """Returns the rule by which the window groups this folder, None for the usual one; blocks on this disk.

    As there, its filter hides neither a picture that was named nor all of them.
    """
    from viewer import paths  # noqa: PLC0415 - not needed to show the help
    from viewer.model.sequence_settings_file import SequenceSettingsFile  # noqa: PLC0415

    rule = SequenceSettingsFile(paths.data_folder() / paths.SEQUENCES).rule(opened.folder)
    shown = opened.sequences[opened.chosen]
    named = None if opened.number is None else shown.index_of(opened.number)
    if not any(map(rule.passes(), opened.names() if named is None else [shown.name(named)])):
        rule = replace(rule, filter="")
    return None if rule == AS_NAMED else rule


def _by_rule(rule: FolderRule) -> str:
    """Returns the sentence that says by which rule a folder is listed that was remembered for it."""
    by = f"the pattern {rule.pattern}" if rule.pattern else "the names"
    by = by if rule.order is Order.SEQUENCES else rule.order.value.removeprefix("by ")
    only = f", only names with “{rule.filter}”" if rule.filter else ""
    return f"By {by}{only}, remembered for this folder; --order sequences goes back to the usual rule."


def _diagnose(path: str) -> int:
    from viewer import diagnose  # noqa: PLC0415 - not needed to show the help
    from viewer.core.files import kept_files  # noqa: PLC0415

    kept = kept_files(limit=0)

    def on_disk(sequence: FrameSequence) -> int:
        return len(kept.held(sequence.folder, list(sequence.names())))

    def say(sentence: str) -> None:
        print(_printable(f"{sentence} …", sys.stderr), file=sys.stderr, flush=True)

    try:
        text = diagnose.diagnose(path, storage=_storage(), say=say, on_disk=on_disk)
    except KeyboardInterrupt:
        print("lookahead: Measuring was stopped; there is no report.", file=sys.stderr)
        return INTERRUPTED
    print(_printable(text, sys.stdout), end="")
    return 0


def _cache_info() -> int:
    from viewer import paths  # noqa: PLC0415 - not needed to show the help
    from viewer.core.files import KEPT_FILES, kept_files  # noqa: PLC0415
    from viewer.model import settings_file  # noqa: PLC0415

    config, cache = paths.folders()
    limit = settings_file.load(config / paths.SETTINGS).settings.preferences.disk_bytes
    place = cache / KEPT_FILES
    folders = kept_files(place, limit).folders()
    total = format_bytes(sum(each.bytes for each in folders))
    lines = [f"{total} of at most {format_bytes(limit)} are kept in {place}"]
    if folders:
        lines.append(f"{'size':>10}  {'files':>7}  {'last used':16}  folder")
    for each in folders:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.last_used))
        lines.append(f"{format_bytes(each.bytes):>10}  {each.files:>7,}  {used}  {each.folder or '(unknown)'}")
    print(_printable("\n".join(lines), sys.stdout))
    return 0


def _cache_clear(folder: str | None = None) -> int:
    from viewer.core.files import kept_files  # noqa: PLC0415

    removed = kept_files(limit=0).clear(folder)
    of_what = "" if folder is None else f" of {folder}"
    sentence = f"{format_bytes(removed)} were freed." if removed else f"Nothing{of_what} was kept on this disk."
    print(_printable(sentence, sys.stdout))
    return 0


def _storage() -> Storage:
    from viewer import paths  # noqa: PLC0415 - not needed to show the help
    from viewer.core.files import open_storage  # noqa: PLC0415
    from viewer.demo import demo_route  # noqa: PLC0415

    return open_storage(demo_route(paths.folders()[1]))


def _absolute(path: str) -> str:
    """Makes a path absolute without asking the file system about it: the share may be slow to answer."""
    # os.path, because pathlib ends the program at a "~" that is nobody's home.
    try:
        return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111 - see above
    except FileNotFoundError as error:
        raise NotFoundError("The folder that the path starts from is gone.") from error


def _has_display() -> bool:
    if sys.platform in {"win32", "darwin"} or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _fail(sentence: str) -> int:
    print(_printable(f"lookahead: {sentence}", sys.stderr), file=sys.stderr)
    return 1


def _printable(text: str, stream: TextIO) -> str:
    """Returns ``text`` with a question mark for each character that ``stream`` cannot take."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
