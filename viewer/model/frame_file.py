"""What is done with the file of the frame on screen: it is read anew, saved elsewhere, shown or opened by others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewer.core.executor import Failure, Success
from viewer.core.frame import Frame
from viewer.core.records import NamedTuple
from viewer.core.storage.transfer import Transfer
from viewer.core.units import format_bytes
from viewer.model import messages
from viewer.model.copying import Copying
from viewer.model.measuring import frame_reader
from viewer.model.open_sequence import Follower

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from viewer.core.display.look import Look
    from viewer.core.executor import Executor
    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop
    from viewer.core.storage.storage import Storage
    from viewer.model.refresher import Refresher
    from viewer.model.view_state import Shown

FOLDER_WITHIN = 0.5
"""Seconds after which a folder is passed over that has not been found: it may lie on a share that hangs."""


class ToSave(NamedTuple):
    """What is to be saved, as it was when that was asked for.

    Attributes:
        path: the file on the share; of a page the file that holds it.
        name: of a picture the name that is suggested, without a suffix; of a file its name.
        read: returns the frame, or the bytes of the file, on a worker; called where they are not ``held``.
        held: the same where it is in memory.
        look: how a picture is shown; None for the file as it is.
        old: what is to be said of a frame that may be old, or "".
    """

    path: str
    name: str
    read: Callable[[], Frame | Buffer]
    held: Frame | Buffer | None = None
    look: Look | None = None
    old: str = ""


class FrameFile(Follower):
    """Carries out what concerns the file of the frame on screen; owner thread only.

    Attributes:
        copying: makes the copies of what is there.
    """

    def __init__(
        self, loop: Loop, chores: Executor, writers: Executor, storage: Storage, loader: Loader, refresher: Refresher
    ) -> None:
        """Does nothing yet. ``chores`` are workers that may hang in a share, ``writers`` those that should not."""
        self._loop = loop
        self._chores = chores
        self._writers = writers
        self._storage = storage
        self._loader = loader
        self._refresher = refresher
        self._saving = ""
        self.copying = Copying(loader, refresher, chores, storage)

    @property
    def path(self) -> str:
        """The path of the file: of a page the file that holds it; "" without one."""
        here = self._here
        if here is None or here.path is None:
            return ""
        return here.sequence.folder if here.view.is_pages else here.path

    def reload(self) -> None:
        """Has this frame alone read anew from the share, past what is held of it in memory and on this disk."""
        if self._here is not None and self._here.path is not None:
            self._loader.reload([self._here.path])
            self._refresher.mention(f"Reading {_name(self._here.path)} anew")

    # Other programs

    def show(self) -> None:
        """Shows the file in its folder, in the program that the system has for folders."""
        from viewer.model.other_programs import showing  # noqa: PLC0415 - seldom wanted

        if self.path:
            self._run(showing(self.path), f"{_name(self.path)} cannot be shown in its folder")

    def open_with(self, program: str) -> None:
        """Opens the file with a program, "" for the one that the system has for such files."""
        from viewer.model.other_programs import opening  # noqa: PLC0415 - the same

        if self.path:
            with_it = f" with {_name(program)}" if program else ""
            self._run(opening(self.path, program), f"{_name(self.path)} cannot be opened{with_it}")

    def _run(self, commands: tuple[list[str], ...], trouble: str) -> None:
        from viewer.model.other_programs import run  # noqa: PLC0415 - the same

        def done(outcome: Success[None] | Failure) -> None:
            if isinstance(outcome, Failure):
                self._refresher.say(f"{trouble}: {messages.cause(outcome.error)}.")

        self._refresher.move_on()  # it is said again if it comes to the same
        self._refresher.touch()
        self._chores.submit(lambda: run(commands), done)

    # Saving

    def to_save(self, picture: tuple[Shown, Look] | None = None, old: str = "") -> ToSave | None:
        """Returns what can be saved now: the file as it is, or the ``picture`` with its look; None for nothing."""
        here = self._here
        if here is None or here.path is None:
            return None
        path, holdings = self.path, self._loader.holdings
        if picture is not None:
            shown, look = picture
            name = shown.name.rpartition(".")[0]
            return ToSave(
                path, name, frame_reader(self._storage, holdings, shown.path), shown.picture.source, look, old
            )
        data = None if here.view.is_pages else holdings.files.peek(path)
        return ToSave(path, _name(path), lambda: self._storage.read(path, Transfer()), data, old=old)

    def find_folder(self, folders: list[str], take: Callable[[str], None]) -> None:
        """Hands the first of ``folders`` that is there to ``take``; the last one if that takes long."""
        is_taken: list[str] = []

        def found(folder: str) -> None:
            timer.cancel()
            if not is_taken:
                is_taken.append(folder)
                take(folder)

        def done(outcome: Success[str] | Failure) -> None:
            found(outcome.value if isinstance(outcome, Success) else folders[-1])

        timer = self._loop.call_later(FOLDER_WITHIN, lambda: found(folders[-1]))
        self._chores.submit(lambda: next(filter(os.path.isdir, folders), folders[-1]), done)

    def save(self, what: ToSave, path: str, on_there: Callable[[], None], *, replaces: bool = False) -> None:
        """Saves to ``path``; a picture in the format that its suffix says.

        ``on_there`` is called, and nothing done, if there is such a file already, unless it ``replaces`` that. One is
        saved at a time.
        """
        folder, name = os.path.split(path)
        if self._saving:
            self._refresher.say(f"{self._saving} is still being saved: save {name} when that is done.")
            return
        self._saving = name
        self._refresher.move_on()  # it is said again if it comes to the same

        def ended(outcome: Success[int] | Failure) -> None:
            self._saving = ""
            if isinstance(outcome, Success):
                old = f" · {what.old}" if what.old else ""
                self._refresher.mention(f"Saved {name} ({format_bytes(outcome.value)}) in {folder}{old}")
            elif isinstance(outcome.error, FileExistsError) and not replaces:
                self._refresher.mention("")
                on_there()
            else:
                self._refresher.mention("")
                self._refresher.say(messages.not_saved(f"{name} was", path, outcome.error))

        def write(read: Success[Frame | Buffer] | Failure) -> None:
            if isinstance(read, Success):
                self._writers.submit(lambda: _saved(what, read.value, path, replaces=replaces), ended)
            else:
                ended(read)

        self._refresher.mention(f"Saving {name} …")
        if what.held is None:
            self._chores.submit(what.read, write)
        else:
            write(Success(what.held))


def _name(path: str) -> str:
    return os.path.split(path)[1]


def _saved(what: ToSave, held: Frame | Buffer, path: str, *, replaces: bool) -> int:
    """Saves and returns how many bytes; on a worker."""
    from viewer.core.storage.save import save  # noqa: PLC0415 - seldom wanted

    if isinstance(held, Frame):
        from viewer.core.display.encode import encoded, split  # noqa: PLC0415 - the same
        from viewer.core.display.look import AS_IT_IS, on_screen  # noqa: PLC0415 - numpy and the like come with pictures
        from viewer.core.display.proxy import shown_part  # noqa: PLC0415 - the same

        held = encoded(on_screen(shown_part(held), what.look or AS_IT_IS), split(path)[1])
    save(path, held, replaces=replaces, original=what.path)
    return memoryview(held).nbytes
