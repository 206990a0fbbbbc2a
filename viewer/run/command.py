"""The command line of ``lookahead-run``: understood before anything heavy is loaded, then run to its end."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from viewer import __version__
from viewer.core.errors import LookaheadError, PatternError
from viewer.core.executor import waited_for
from viewer.core.units import GB, MB
from viewer.launch import SIGNALS
from viewer.run.function import UserFunction
from viewer.run.output import STANDARD_OUTPUT, InputOrigin, Output
from viewer.run.progress import Progress, duration
from viewer.run.streams import standard_output
from viewer.run.work import PATH, RowFailure, Task, TaskStorage, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from typing_extensions import Buffer

    from viewer.core.files import SteadyStorage
    from viewer.core.prefetch.prefetcher import Prefetcher
    from viewer.core.sequence.sequence import FrameSequence
    from viewer.core.storage.storage import Storage
    from viewer.core.storage.transfer import Stamp

DONE, FAILED, USAGE = 0, 1, 2
"""The exit codes: all is well; some frames failed; nothing could be begun. For signals see :func:`_code_of`."""

LISTED = 20
"""Failures that are listed at the end."""
MANY = 2000
"""Files that take a while to be asked about, so that the user is to know."""
GONE = "A table on the standard output cannot be gone on with; use --output FILE.csv for that."
LOOK_EVERY = 0.1
"""Seconds between two looks at the clock while a frame takes its time."""

DESCRIPTION = """Calls your function for each frame of a sequence and keeps what it returns. Frames are read ahead."""

EPILOG = """The function is called with the frame. If it has parameters called number or path, it gets the
frame's number and the path of its file too. What it returns is a row of a table (a number, a text, a
tuple, a dict of them), or a file in a folder (an array, a Pillow image, bytes). The same command again
goes on where the last one stopped, and computes anew what has changed since.

Exit codes: 0 all done, 1 some frames failed, 2 the command makes no sense, 130 interrupted, 143 terminated."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs ``lookahead-run`` with the arguments given, or those of the process; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with _interruptible(), standard_output() if options.output == STANDARD_OUTPUT else nullcontext() as stream:
            return _run(options, stream)
    except LookaheadError as error:
        _say(str(error))
        return USAGE
    except KeyboardInterrupt as interrupt:
        _say("Stopped before anything was computed.")
        return _code_of(interrupt)
    except BrokenPipeError:  # the reader of the table has gone, and needs no words
        return FAILED


@contextmanager
def _interruptible() -> Iterator[None]:
    """Has all signals that ask the program to end do it as Ctrl+C does: what is computed is kept."""

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(number)

    numbers = SIGNALS - {signal.SIGINT} if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, interrupt) for number in numbers if not _is_ignored(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored(number: int) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN  # as nohup has it


def _code_of(interrupt: KeyboardInterrupt) -> int:
    """Returns the exit code for a signal, as shells have it: 130 for Ctrl+C."""
    return 128 + (interrupt.args[0] if interrupt.args else signal.SIGINT)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lookahead-run",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("function", metavar="SCRIPT_OR_MODULE:FUNCTION", help="such as measure.py:mean or package.module:mean")
    add("pattern", metavar="PATTERN", help="a folder, a pattern such as shot.####.png, or a file of pages")
    add(
        "--output",
        metavar="PLACE",
        help="a table FILE.csv, a FOLDER, or - for a table on the standard output; FUNCTION.csv without it",
    )
    add("--frames", metavar="NUMBERS", help="only these, such as 100-200, 1-9,20 or 1-100x10, as the names write them")
    add(
        "--kind",
        choices=["array", "image", "frame", "bytes", PATH],
        default="array",
        help="what the function gets: a numpy array (unless told otherwise), a Pillow image, a frame as the viewer "
        "has it, the bytes of the file, or only its path",
    )
    add(
        "--format",
        metavar="SUFFIX",
        type=_suffix,
        help="of the files in a FOLDER: npy, png, tiff …; npy for arrays and png for images without it",
    )
    add(
        "--workers",
        type=_count,
        metavar="N",
        help="how many frames are computed at once; as many as there are cores without it",
    )
    add(
        "--processes", action="store_true", help="compute in processes instead of threads, for functions in pure Python"
    )
    add("--ahead", type=_count, metavar="N", help="how many frames are read and computed ahead")
    add("--memory", type=_count, metavar="MB", help="the memory for them; 1000 without it")
    add(
        "--on-error",
        choices=["skip", "stop"],
        default="skip",
        help="what is done when a frame fails: the others go on (unless told otherwise), or the run stops",
    )
    add("--quarantine", metavar="FOLDER", help="copy the files of frames that fail there, with a note why")
    add("--keep", action="store_true", help="keep files that were read on this disk, where the window keeps its own")
    add("--no-check", action="store_true", help="do not ask whether files have changed since their rows were computed")
    add("--again", action="store_true", help="give up what earlier runs have computed, and begin anew")
    add("--quiet", action="store_true", help="say nothing but what failed")
    add("--version", action="version", version=f"lookahead-run {__version__}")
    return parser


def _run(options: argparse.Namespace, stream: BinaryIO | None) -> int:
    function = UserFunction(options.function)
    function.check(options.kind)
    pattern = _absolute(options.pattern)
    place = options.output or f"{function.name}.csv"
    origin = InputOrigin(function.target, pattern, options.kind, function.source_digest, options.format or "")
    storage = _storage(keep=options.keep)
    sequence, tasks = _tasks(storage, pattern, options)  # first: an old table must not hide a wrong path
    output = Output(place, origin, again=options.again, stream=stream)
    if not options.no_check:
        _drop_changed(storage, tasks, output, is_quiet=options.quiet)
    to_do = [task for task in tasks if task.name not in output.done]
    if output.is_changed and not options.quiet:
        _say(
            f"{options.function} has changed since the first results in {output.place} were computed. They are kept; "
            "--again computes all of them anew."
        )
    if not to_do:
        if output.is_unsaved:
            with output:
                if output.copy is not None:
                    _say_damaged(output)
        if not options.quiet:
            _say(f"All {len(tasks)} frames are in {output.place} already; --again computes them anew.")
        return DONE
    output.expect(task.stem for task in to_do)
    if len(to_do) < len(tasks) and not options.quiet:
        _say(f"{len(tasks) - len(to_do)} of {len(tasks)} frames are in {output.place} already.")
    with output:
        if output.copy is not None:
            _say_damaged(output)
        decode = _frame_decoder(sequence, options)
        work = Work(function, options.kind, output.folder, options.format, decode)
        files = TaskStorage(storage, to_do)
        with _prefetcher(to_do, work, files, options) as results:
            return _Run(options, to_do, results, output, files.stamps).go()


class _Run:
    """One run over the frames that are to be done."""

    def __init__(
        self,
        options: argparse.Namespace,
        tasks: Sequence[Task],
        results: Prefetcher[Any],
        output: Output,
        stamps: Mapping[str, Stamp | None],
    ) -> None:
        self._options = options
        self._stamps = stamps
        self._tasks = tasks
        self._results = results
        self._output = output
        self._failures: list[tuple[Task, RowFailure]] = []
        self._progress = Progress(sys.stderr, len(tasks), is_quiet=options.quiet)
        self._position = 0

    def go(self) -> int:
        """Takes the results in their order; returns the exit code."""
        try:
            for position, task in enumerate(self._tasks):
                self._position = position
                failure = self._take(task, self._result())
                self._progress.add(failed=failure is not None)
                if failure is None:
                    continue
                self._failures.append((task, failure))
                self._set_aside(task, failure)
                if failure.is_final and self._output.is_empty:
                    self._progress.clear()
                    raise LookaheadError(failure.reason)
                if self._options.on_error == "stop":
                    break
        except KeyboardInterrupt as interrupt:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl+C would break off what follows; it is short
            self._save_what_is_ready()
            self._progress.clear()
            self._list_failures()
            is_lost = self._output.place == STANDARD_OUTPUT
            _say(f"Stopped: {self._progress.text()}. {GONE if is_lost else 'The same command goes on from here.'}")
            return _code_of(interrupt)
        except OSError as error:
            self._progress.clear()
            if isinstance(error, BrokenPipeError):
                raise
            _say(
                f"The results could not be written to {self._output.place}: {error.strerror}. Make room for them and "
                f"run the same command again."
            )
            return FAILED
        self._progress.clear()
        self._list_failures()
        self._say_the_end()
        return FAILED if self._failures else DONE

    def _result(self) -> dict[str, str] | RowFailure:
        """Waits for the next result, telling how far it is meanwhile."""
        while True:
            try:
                return self._results.get(self._position, LOOK_EVERY)  # type: ignore[no-any-return]  # what Work returns
            except TimeoutError:  # of the waiting: Work returns the function's own as a failure
                self._progress.show()
            except Exception as error:  # noqa: BLE001 - a worker process died, say: the others go on
                return RowFailure.of(error)

    def _take(self, task: Task, result: dict[str, str] | RowFailure) -> RowFailure | None:
        """Keeps a result; returns why there is none."""
        if isinstance(result, RowFailure):
            return result
        try:
            self._output.add(task.written, task.name, result, self._stamps.get(task.path))
        except ValueError as error:
            return RowFailure(str(error).strip())
        return None

    def _save_what_is_ready(self) -> None:
        """Keeps the results computed ahead, so that they need not be computed again."""
        for position in range(self._position, min(self._position + self._options.ahead + 1, len(self._tasks))):
            task, result = self._tasks[position], self._results.peek(position)
            if isinstance(result, dict) and task.name not in self._output.done:
                with suppress(OSError):
                    self._progress.done += self._take(task, result) is None

    def _set_aside(self, task: Task, failure: RowFailure) -> None:
        if self._options.quarantine:
            from viewer.core.results.quarantine import Quarantine  # noqa: PLC0415 - only where something failed

            Quarantine(self._options.quarantine)(LookaheadError(failure.reason), task.path)

    def _list_failures(self) -> None:
        traces = [failure.traceback for _, failure in self._failures if failure.traceback]
        if traces:
            _write(f"{traces[0]}\n")
        for task, failure in self._failures[:LISTED]:
            _write(f"{task.name}: {failure.reason}\n")
        if len(self._failures) > LISTED:
            _write(f"… and {len(self._failures) - LISTED} more\n")

    def _say_the_end(self) -> None:
        if self._failures:
            count = len(self._failures)
            words = f"{'1 frame' if count == 1 else f'{count} frames'} failed. The same command tries them again."
            _say(words if self._progress.done == len(self._tasks) else f"Stopped, as {words}")
        if not self._options.quiet:
            progress = self._progress
            count = progress.done - progress.failed
            frames = "1 frame" if count == 1 else f"{count} frames"
            is_nowhere = self._output.place == STANDARD_OUTPUT or self._output.is_empty
            where = "" if is_nowhere else f" The results are in {self._output.place}."
            _say(
                f"{frames} in {duration(progress.seconds)}, {count / max(progress.seconds, 1e-6):.1f} a second.{where}"
            )


def _say_damaged(output: Output) -> None:
    lines = "1 line" if output.damaged == 1 else f"{output.damaged} lines"
    _say(
        f"{lines} of {output.place} could not be read. Frames that have no row are computed anew. "
        f"The table as it was is kept in {os.path.relpath(output.copy or '')}."
    )


def _drop_changed(storage: Storage, tasks: Sequence[Task], output: Output, *, is_quiet: bool) -> None:
    """Gives up the rows whose files have changed since, and says so."""
    from viewer.core.pages.naming import page_of  # noqa: PLC0415 - not needed to show the help
    from viewer.core.prefetch.refresh import Confirmer, is_same  # noqa: PLC0415

    done = {task.path: task.name for task in tasks if task.name in output.done}
    if not done:
        return
    if len(done) >= MANY and not is_quiet:
        _say(f"Asking whether the files of {len(done)} rows have changed …")
    confirmer = Confirmer(storage)
    answers = confirmer.ask({path: output.stamps.get(name) for path, name in done.items()})
    confirmer.close(0.0)
    there = {path: stamp for path, stamp in answers.stamps.items() if stamp is not None}
    unknown = output.note({done[path]: stamp for path, stamp in there.items()})
    changed = {done[path] for path, stamp in there.items() if not is_same(path, output.stamps[done[path]], stamp)}
    output.drop(changed)
    if is_quiet:
        return
    of_all = f"of {len(tasks)} {'pages' if page_of(tasks[0].path) else 'files'}"
    if changed:
        verbs = ("has", "is") if len(changed) == 1 else ("have", "are")
        _say(f"{len(changed)} {of_all} {verbs[0]} changed since the last run and {verbs[1]} computed anew.")
    if unknown:
        _say(
            f"Whether {unknown} {of_all} have changed since the last run is not known, as it noted nothing about them. "
            "Their rows are kept; --again computes all of them anew. From now on changes are seen."
        )
    if answers.error is not None:
        count = len(done) - len(answers.stamps)
        _say(f"Whether {count} {of_all} have changed could not be found out: {answers.error} Their rows are kept.")


def _prefetcher(tasks: Sequence[Task], work: Work, files: TaskStorage, options: argparse.Namespace) -> Prefetcher[Any]:
    from viewer.core.prefetch.options import READS_AT_ONCE  # noqa: PLC0415 - not needed to show the help
    from viewer.core.prefetch.prefetcher import Prefetcher  # noqa: PLC0415
    from viewer.core.workers.backend import BackEnd, cores  # noqa: PLC0415

    workers = options.workers or cores()
    options.ahead = options.ahead or 2 * (workers + READS_AT_ONCE)
    items: Any = tasks if options.kind == PATH else [task.path for task in tasks]  # files, which are read, or not
    load: Any = files.unread if options.kind == PATH else None
    return Prefetcher(
        items,
        load,
        decode=work,
        storage=files,
        ahead=options.ahead,
        behind=0,
        max_bytes=options.memory * MB if options.memory else GB,
        decoders=workers,
        backend=BackEnd.PROCESSES if options.processes else BackEnd.THREADS,
        retry_after=None,
        stall_after=None,  # the user's function may take as long as it likes
    )


def _frame_decoder(sequence: FrameSequence, options: argparse.Namespace) -> Callable[[Buffer], object] | None:
    """Returns what makes frames that the viewer would show, all in the range of the sequence; None for other kinds."""
    from viewer.core.prefetch.files import Kind  # noqa: PLC0415 - not needed to show the help
    from viewer.core.prefetch.one_range import FrameDecoder, OneRange  # noqa: PLC0415
    from viewer.core.prefetch.plain import FileReader, FramePaths  # noqa: PLC0415

    if options.kind != Kind.FRAME:
        return None
    return FrameDecoder(OneRange(), FramePaths(sequence), FileReader(None, options.keep))


def _storage(*, keep: bool) -> SteadyStorage:
    from viewer import paths  # noqa: PLC0415 - not needed to show the help
    from viewer.core.files import keeping, open_storage  # noqa: PLC0415
    from viewer.demo import demo_route  # noqa: PLC0415

    return keeping(open_storage(demo_route(paths.folders()[1])), keep)


def _tasks(storage: Storage, pattern: str, options: argparse.Namespace) -> tuple[FrameSequence, list[Task]]:
    """Returns the sequence and what is to be done; raises LookaheadError if it has none of the frames wanted."""
    from viewer.core.frame import FrameIndex  # noqa: PLC0415 - not needed to show the help
    from viewer.core.prefetch.files import found_sequence  # noqa: PLC0415
    from viewer.core.sequence.naming import is_picture_name  # noqa: PLC0415

    def say() -> None:
        if not options.quiet:
            _say(f"Listing {pattern} takes long …")

    sequence = waited_for(lambda: found_sequence(storage, pattern), say)
    wanted = None if options.frames is None else _wanted(options.frames, sequence)
    if options.kind == PATH and is_picture_name(os.path.split(sequence.folder)[1]):
        raise LookaheadError(f"{sequence.folder} holds pages, which have no paths of their own. Leave --kind path out.")
    names = list(sequence.names())
    stems = [_stem(name) for name in names]
    if len({*stems}) < len(stems):  # a.png and a.jpg
        stems = names
    tasks = [
        Task(number, sequence.text(number), name, sequence.path(FrameIndex(index)), stem)
        for index, (number, name, stem) in enumerate(zip(sequence.numbers, names, stems, strict=True))
        if wanted is None or any(number in numbers for numbers in wanted)
    ]
    if not tasks:
        raise LookaheadError(f"None of these frames is in {sequence.label}. Give other numbers after --frames.")
    return sequence, tasks


def _stem(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return name if not stem or suffix.isdecimal() else stem  # "shot.0001" has a number and no suffix


def _wanted(text: str, sequence: FrameSequence) -> Sequence[range]:
    """Returns the numbers that ``--frames`` asks for, in the units of ``sequence``; LookaheadError if it is none."""
    from viewer.core.sequence.pattern import Pattern  # noqa: PLC0415 - not needed to show the help

    example = "100-200, 1-9,20 or 1-100x10"
    with suppress(PatternError):
        if not sequence.writing.is_count:
            example = f"{sequence.text(sequence.first)}-{sequence.text(sequence.last)}"
            return [_written_range(part, sequence) for part in text.split(",")]
        if wanted := Pattern.parse(f"[{text}]").wanted:
            return wanted
    raise LookaheadError(f'The frames "{text}" cannot be read. Write the lower number first, as in {example}.')


def _written_range(text: str, sequence: FrameSequence) -> range:
    """Returns the decimals or times of a text such as 0.5-1.5x0.25 or 18:00-18:30; PatternError if it is none."""
    writing = sequence.writing
    span, _, step = text.partition("x") if writing.unit.isdecimal() else (text, "", "")
    ends = [(span, span)]
    ends += [(span[:place], span[place + 1 :]) for place, sign in enumerate(span) if sign == "-"]  # dates have more
    every = writing.number(step, 0) if step else 1
    for begin, end in ends:
        low = writing.number(begin.strip(), sequence.first)
        high = None if low is None else writing.number(end.strip(), low)
        if low is not None and high is not None and low <= high and every is not None and every > 0:
            return range(low, high + 1, every)
    raise PatternError(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is no whole number from 1 on')
    return int(text)


def _suffix(text: str) -> str:
    suffix = text.removeprefix(".")
    if not suffix.isalnum():
        raise argparse.ArgumentTypeError(f'"{text}" is no suffix; write npy, png or tiff')
    return suffix


def _absolute(path: str) -> str:
    """Makes a path absolute without asking the file system about it: the share may be slow to answer."""
    # os.path, because pathlib ends the program at a "~" that is nobody's home.
    try:
        return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111 - see above
    except FileNotFoundError as error:
        raise LookaheadError("The folder that the path starts from is gone.") from error


def _say(sentence: str) -> None:
    _write(f"lookahead-run: {sentence}\n")


def _write(text: str) -> None:
    """Writes to the standard error, with a question mark for each character that it cannot take."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "replace").decode(encoding))
    sys.stderr.flush()
