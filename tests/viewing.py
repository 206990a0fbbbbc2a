"""A viewer made of doubles: everything real but the threads, the clock, the share and the decoder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pictures
from doubles import HandExecutor, HandLoop, MemoryStorage, T

from viewer.core.cache.disk_cache import DiskCache
from viewer.core.display.picture import Picture
from viewer.core.errors import DamagedImageError
from viewer.core.frame import Frame, SampleInfo, Size
from viewer.core.load.loader import Loader
from viewer.core.load.read_lane import EXTRA_READERS
from viewer.core.play.playhead import Repeat
from viewer.core.storage.transfer import Transfer
from viewer.core.units import MB
from viewer.model.preferences import Preferences
from viewer.model.sequence_settings_file import SequenceSettingsFile
from viewer.model.settings_file import FoundSettings, Settings
from viewer.model.settings_sync import SettingsSync
from viewer.model.viewer_model import ViewerModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from typing_extensions import Buffer

    from viewer.core.executor import Failure, Success
    from viewer.core.load.decode_lane import Decode
    from viewer.model.view_state import ViewState

PICTURE = Size(20, 10)
LARGE, SMALL = Size(1000, 500), Size(4, 2)
"""The sizes of pictures that leave small ones, and of those; some forty of the large ones fill the smallest cache."""


def marked(data: Buffer, size: Size) -> Frame:
    """Returns a frame that tells by its profile of which bytes it was made."""
    return replace(pictures.blank(size, "8-bit RGB"), info=SampleInfo(icc=bytes(data)))


def decode(data: Buffer, fit_size: Size | None, _most_bytes: int) -> Picture:
    """Makes a picture of any bytes but b"damaged"."""
    if bytes(data) == b"damaged":
        raise DamagedImageError("The file ends after 7 of 20 bytes.")
    frame = marked(data, PICTURE)
    if fit_size is None or PICTURE.fitted_into(fit_size) == PICTURE:
        return Picture(PICTURE, "8-bit RGB", frame, None)
    small = PICTURE.fitted_into(fit_size)
    return Picture(PICTURE, "8-bit RGB", frame, marked(data, small))


def decode_with_small(data: Buffer, _fit_size: Size | None, _most_bytes: int) -> Picture:
    """Makes a large picture of any bytes, with a small one beside it."""
    large, small = marked(data, LARGE), marked(data, SMALL)
    return Picture(LARGE, "8-bit RGB", large, None, small)


def content(state: ViewState) -> bytes:
    """Returns the bytes of the file whose picture is on the canvas, b"" without one."""
    picture = None if state.shown is None else state.shown.picture
    frame = None if picture is None else picture.display or picture.source
    return b"" if frame is None else frame.info.icc


def numbered(count: int, folder: str = "/shots", head: str = "a.") -> dict[str, bytes | BaseException]:
    """Returns the files of a sequence of ``count`` frames from 1 on."""
    return {f"{folder}/{head}{number:04d}.png": b"picture %d" % number for number in range(1, count + 1)}


class PromptExecutor(HandExecutor):
    """An executor whose jobs are finished at once, unless it holds them.

    Attributes:
        holds: whether jobs wait until the test finishes them.
    """

    holds = False

    def submit(self, job: Callable[[], T], done: Callable[[Success[T] | Failure], None]) -> None:
        """Takes a job, and finishes it soon."""
        super().submit(job, done)
        self._loop.post(lambda: None if self.holds or not self.waiting else self.finish())


@dataclass
class Viewing:
    """A viewer and all that it is made of, to be turned by hand.

    Attributes:
        files: what the share holds.
        preferences: what it begins with.
        recent: folders opened lately.
        disk_folder: where files are kept, None for nowhere.
        small: whether pictures are large and leave small ones.
        memory_folder: where is kept what is remembered of sequences, None for nowhere.
        settings_path: the settings file, which is to hold ``preferences`` and ``recent``; None for none.
        decode: makes the pictures of the files; None for one of no particular files.
    """

    files: dict[str, bytes | BaseException]
    preferences: Preferences = field(default_factory=lambda: Preferences(cache_bytes=128 * MB, repeat=Repeat.ONCE))
    recent: tuple[str, ...] = ()
    disk_folder: Path | None = None
    small: bool = False
    memory_folder: Path | None = None
    settings_path: Path | None = None
    decode: Decode | None = None

    def __post_init__(self) -> None:
        self.loop = HandLoop()
        self.storage = MemoryStorage(self.files)
        self.chores = HandExecutor(self.loop, 8)
        self.readers = HandExecutor(self.loop, 4 + EXTRA_READERS)
        self.decoders = HandExecutor(self.loop, 2)
        self.disk_workers = HandExecutor(self.loop, 4)
        self.checkers = PromptExecutor(self.loop, 16)
        self.painters = HandExecutor(self.loop, 2)
        self.settings_executor = HandExecutor(self.loop, 8)
        self.disk = None if self.disk_folder is None else DiskCache(self.disk_folder, self.preferences.disk_bytes)
        self.states: list[ViewState] = []
        self.model = ViewerModel(
            self.loop,
            self.storage,
            self.chores,
            lambda changed: Loader(
                self.loop,
                self.readers,
                self.decoders,
                self.storage,
                self.decode or (decode_with_small if self.small else decode),
                self.preferences.cache_bytes,
                files_share=self.preferences.files_percent / 100,
                reads_at_once=self.preferences.reads_at_once,
                on_changed=changed,
                file_cache=self.disk,
                disk=self.disk_workers,
                checkers=self.checkers,
                painters=self.painters,
            ),
            SettingsSync(
                self.loop,
                self.settings_executor,
                self.settings_path,
                FoundSettings(Settings(self.preferences, self.recent)),
            ),
            disk=self.disk,
            sequences_file=None if self.memory_folder is None else SequenceSettingsFile(self.memory_folder),
            settings_executor=self.settings_executor,
        )
        self.model.listen(self.states.append)
        self.loop.turn()

    @property
    def state(self) -> ViewState:
        """The newest snapshot."""
        self.loop.turn()
        return self.states[-1]

    def begin(self, text: str, number: int | None = None) -> None:
        """Opens something and lists its folder; nothing is loaded yet."""
        self.model.open(text, number)
        self.list_folder()

    def reload(self) -> None:
        """Lists the folder once more."""
        self.model.reload()
        self.list_folder()

    def list_folder(self) -> None:
        """Lets the listing end."""
        self.loop.turn()
        self.chores.finish_all()
        self.loop.turn()

    def load(self) -> None:
        """Lets everything load that is to be loaded."""
        self.loop.turn()
        workers = self.readers, self.disk_workers, self.decoders, self.painters
        while any(each.waiting for each in workers):
            for each in workers:
                each.finish_all()

    def settle(self) -> None:
        """Lets all come to an end that is to be loaded, kept and remembered."""
        for _ in range(3):
            self.load()
            self.chores.finish_all()
            self.loop.advance(0.2)

    def live(self, seconds: float) -> None:
        """Lets time go by in which the share answers at once, and what is loaded is seen."""
        end = self.loop.now() + seconds
        while self.loop.now() < end:
            self.loop.advance(0.05)
            self.chores.finish_all()
            self.load()
            self.see()

    def load_path(self, path: str) -> None:
        """Lets just one frame load."""
        self.loop.turn()
        position = list(self.under_way).index(path)
        self.readers.finish(position)
        self.decoders.finish_all()

    @property
    def under_way(self) -> Mapping[str, None]:
        """The paths whose reads have begun, in the order they were asked for."""
        self.loop.turn()
        return dict.fromkeys(
            cell.cell_contents
            for job, _ in self.readers.waiting
            for cell in job.__closure__ or ()
            if isinstance(cell.cell_contents, str)
        )

    def end_cancelled(self) -> None:
        """Lets the reads end that have been cancelled, which takes no time."""
        self.loop.turn()
        for position, (job, _) in reversed(list(enumerate(self.readers.waiting))):
            cells = [cell.cell_contents for cell in job.__closure__ or ()]
            if any(isinstance(cell, Transfer) and cell.cancelled for cell in cells):
                self.readers.finish(position)

    def close(self) -> None:
        """Ends the program in good order: what is to be remembered is written."""
        self.model.close()
        self.settings_executor.finish_all()

    def see(self) -> None:
        """Lets the canvas show what there is to show."""
        state = self.state
        if state.number is not None and state.is_true:
            self.model.frame_seen(state.number)

    def prefer(self, **values: object) -> None:
        """Changes preferences."""
        self.model.set_preferences(self.model.settings.preferences.changed(**values))

    def switch_sequence(self, by: int) -> None:
        """Opens a neighbour of the open sequence, as PgUp and PgDown do."""
        self.model.choose_sequence(self.model.folder.neighbour(by))

    def shuttle(self, direction: int) -> None:
        """Plays, or plays faster, as J and L do."""
        self.model.play(self.model.playback.shuttled(direction))

    def open(self, text: str, number: int | None = None) -> ViewState:
        """Opens something, lets it load and be seen; returns the snapshot."""
        self.model.open(text, number)
        self.settings_executor.finish_all()
        self.list_folder()
        self.load()
        self.see()
        return self.state
