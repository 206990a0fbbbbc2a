"""Results of functions, kept on this disk: computed once for the same arguments, in whatever thread and run."""

from __future__ import annotations

import logging
import os
import re
import threading
import warnings
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast, overload

from viewer.core.cache.budget_cache import LockedCache
from viewer.core.errors import ResultError, TagNotSetError
from viewer.core.hints import hinting
from viewer.core.results import entry, packing
from viewer.core.results.answer import Answer, Mode, Origin
from viewer.core.results.code import was_edited
from viewer.core.results.entry import Checked, DamagedEntryError
from viewer.core.results.function import CachedFunction
from viewer.core.results.key import directory_name
from viewer.core.results.log import Log
from viewer.core.results.single_flight import SingleFlight
from viewer.core.results.store import RESULT, VIEWABLE, Store
from viewer.core.units import GB, MB, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from viewer.core.results.options import CachedOptions, ModeName
    from viewer.core.results.packing import Packed

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")

_OVERHEAD = 1000  # bytes that a result takes in memory beside its buffers, about
_NAME = re.compile(r"[\w .,+=@-]{0,100}")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+>")


class ResultCache:
    """Keeps results of functions in a folder and, those used last, in memory; any thread.

    Any number of programs may use one folder at once; it may lie on a share. A folder that cannot be written or a disk
    that is full is no error: the cache warns once and keeps nothing more until :meth:`clear` or another folder.
    Results are private: only their owner can read the files. They are never pickled.

    Attributes:
        memory: the results in memory, taken apart, so that no caller can change them.
        is_writing: whether new results are kept: not after the disk was found full or not to be written.
    """

    @hinting("ResultCache")
    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        *,
        tag: object = "all",
        prefix: str = "",
        max_items: int | None = None,
        max_bytes: float | None = 10 * GB,
        memory_items: int | None = None,
        memory_bytes: float = 100 * MB,
        mode: ModeName = Mode.USE,
        mmap: bool = False,
        viewable: bool = False,
        purge: bool = False,
        log: str | os.PathLike[str] | None = None,
    ) -> None:
        """Touches nothing on the disk, but for ``purge``.

        Args:
            folder: where the results are kept; ``~`` is the home folder. None for the user's folder for caches.
            tag: which data set they belong to, as :meth:`set_tag` takes it. None keeps nothing until one is set.
            prefix: what the names of the data sets' directories begin with.
            max_items: how many results are kept on the disk; None for any number.
            max_bytes: the bytes that are kept on the disk; None for any number.
            memory_items: how many results are held in memory; None for as many as the bytes allow.
            memory_bytes: the bytes that are held in memory; 0 holds none.
            mode: what is done with what is kept.
            mmap: leave large arrays on the disk, mapped into memory: they take no memory of their own.
            viewable: keep a PNG beside each result that is a picture.
            purge: begin with nothing, as after :meth:`clear`.
            log: a file for a line about each result.

        Raises:
            ResultError: the tag or the prefix is no name.
            ValueError: a limit is negative or not whole, or there is no such mode.
        """
        limits = {"max_items": max_items, "max_bytes": max_bytes, "memory_items": memory_items}
        most = {name: None if limit is None else whole_number(name, limit) for name, limit in limits.items()}
        self._process = os.getpid()
        self._flights: SingleFlight[Answer[Any]] = SingleFlight()
        self._limits = (most["max_items"], most["max_bytes"])
        self._tag = _tag(tag)
        self._store = Store(_folder(folder), _name(prefix, "prefix"), *self._limits)
        self.memory: LockedCache[str, Packed] = LockedCache(
            whole_number("memory_bytes", memory_bytes), lambda packed: packed.nbytes + _OVERHEAD, most["memory_items"]
        )
        self._mode = Mode(mode)
        self._mmap = mmap
        self._viewable = viewable
        self.is_writing = True
        self._checked = Checked()
        self._warned: set[str] = set()
        self._log = Log()
        self._log.write_to(log)
        self._closed = threading.Event()
        self._preloading: list[threading.Thread] = []
        if purge:
            self.clear()

    # settings

    @property
    def mode(self) -> Mode:
        """What is done with what is kept; may be set at any time, to a :class:`Mode` or its name."""
        return self._mode

    @mode.setter
    def mode(self, mode: ModeName) -> None:
        self._mode = Mode(mode)

    @property
    def tag(self) -> str | None:
        """Which data set the results belong to, or None."""
        return self._tag

    def set_tag(self, tag: object) -> None:
        """Says which data set the results belong to from now on; raises ResultError if ``tag`` is no name.

        Args:
            tag: a name, or anything that is one as text, such as a number: letters, digits and ``_ .,+=@-``. None
                keeps nothing until one is set.
        """
        self._tag = _tag(tag)

    def set_prefix(self, prefix: str) -> None:
        """Says what the names of the data sets' directories begin with; raises ResultError if it is no name."""
        self._store = Store(self._store.folder, _name(prefix, "prefix"), *self._limits)

    def set_folder(self, folder: str | os.PathLike[str]) -> None:
        """Keeps the results in another folder from now on; those in the old one stay there."""
        self._store = Store(_folder(folder), self._store.prefix, *self._limits)
        self.is_writing = True

    def set_log(self, path: str | os.PathLike[str] | None) -> None:
        """Notes what happens to each result in the file ``path``, instead of the one before; None for none."""
        self._log.write_to(path)

    def fullpath(self) -> Path:
        """Returns the directory of the data set, which may not be there yet; raises TagNotSetError without a tag."""
        return Path(self._store.directory(self._tag_set()))

    # functions

    @overload
    def cached(self, function: Callable[P, T], /) -> CachedFunction[P, T]: ...

    @overload
    def cached(self, /, **options: Unpack[CachedOptions]) -> Callable[[Callable[P, T]], CachedFunction[P, T]]: ...

    @overload
    def cached(
        self, /, *, stand_in: Callable[[Exception], D], **options: Unpack[CachedOptions]
    ) -> Callable[[Callable[P, T]], CachedFunction[P, T | D]]: ...

    def cached(
        self,
        function: Callable[P, T] | None = None,
        /,
        **options: Any,
    ) -> CachedFunction[P, T] | Callable[[Callable[P, T]], CachedFunction[P, T]]:
        """Makes a function whose results are kept: as a decorator, with or without options, or as a call.

        The function must always return the same for the same arguments. For the options, and errors, see
        :class:`CachedFunction`.
        """
        if function is None:
            return lambda function: CachedFunction(function, lambda: self, **options)
        return CachedFunction(function, lambda: self, **options)

    def answer(self, call: Callable[[], T], function: str, key: str, *, code: str = "") -> Answer[T]:
        """Returns what is kept for ``key``, or calls ``call`` and keeps what it returns; blocks on the disk.

        Threads that ask for one key at the same time call once: the others wait, and get ``JOINED`` as the origin.
        Raises what ``call`` raises; nothing is kept then.

        Args:
            call: computes the result.
            function: under which name the results are kept.
            key: 32 hexadecimal digits, other ones for each other call, see :func:`viewer.core.results.key.key_of`.
            code: what tells whether the function was edited since, see :mod:`viewer.core.results.code`.
        """
        mode, store, tag = self._mode, self._store, self._tag
        if mode is Mode.BYPASS or tag is None:
            return Answer(call(), Origin.LOADED)
        if os.getpid() != self._process:  # a process that was forked: the threads that held the locks are not here
            self._process, self._flights = os.getpid(), SingleFlight()
            self.memory.unlock()
        # A Path takes as long as the whole look-up.
        place = os.sep.join((store.directory(tag), directory_name(function), key + RESULT))  # noqa: PTH118 - see above
        job = _Job(store, place, function, key, mode, code)
        under_way = place if mode is not Mode.REFRESH else f"{place}, anew"
        while True:
            if (held := self._held(job)) is not None:
                return held[0]
            flight, begins = self._flights.enter(under_way)
            if begins:
                break
            if flight.is_own:  # the function asks for what it is computing
                return Answer(call(), Origin.LOADED)
            if (joined := flight.wait()) is not None:
                self._log.note("joined", function, key)
                return joined
            if flight.error is None:  # what cannot be kept cannot be shared: this thread computes its own
                return Answer(call(), Origin.LOADED)
        try:
            answer, packed = self._run(job, call)
        except BaseException as error:
            flight.error = error
            raise
        finally:
            self._flights.leave(under_way, flight, lambda: _shared(answer, packed))
        return answer

    def preload(self, max_items: int | None = None) -> Future[int]:
        """Begins to read results of the data set into memory; returns a future of how many were read.

        Those used last are read first, ``max_items`` at most, while there is room. It changes nothing on the disk: what
        is damaged is left where it is, and nothing counts as used. Raises TagNotSetError without a tag.
        """
        store, tag = self._store, self._tag_set()
        future: Future[int] = Future()
        thread = threading.Thread(
            target=self._preload, args=(store, tag, max_items, future), name="results-preload", daemon=True
        )
        self._preloading.append(thread)
        thread.start()
        return future

    def clear(self, *, function: str | None = None, tag: object = None, memory_only: bool = False) -> int:
        """Removes results, and only what was made here; returns how many files.

        Args:
            function: the name of a function; :meth:`CachedFunction.clear` gives its own. None for all.
            tag: the name of a data set; None for all below this prefix.
            memory_only: leave the files where they are.
        """
        store, named = self._store, _tag(tag)
        tagged = None if named is None else Path(store.directory(named))
        name = None if function is None else directory_name(function)

        def is_wanted(file: Path) -> bool:
            return tagged in {None, file.parent.parent} and name in {None, file.parent.name}

        self.memory.discard(lambda place: is_wanted(Path(place)))
        if memory_only:
            return 0
        removed = store.clear(is_wanted)
        self._note_deleted(removed)
        self.is_writing = True
        return len(removed)

    def trim(self) -> int:
        """Removes the results used least recently until the limits are kept; returns how many files.

        This happens by itself when results are kept.
        """
        removed = self._store.trim()
        self._note_deleted(removed)
        return len(removed)

    def close(self) -> None:
        """Ends what runs in the background and closes the log; the cache can be used all the same."""
        self._closed.set()
        for thread in self._preloading:
            thread.join()
        self._preloading.clear()
        self._closed.clear()
        self._log.write_to(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tag_set(self) -> str:
        if self._tag is None:
            raise TagNotSetError("Say first which data set the results belong to, with set_tag().")
        return self._tag

    # one call

    def _run(self, job: _Job, call: Callable[[], T]) -> tuple[Answer[T], Packed | None]:
        """Reads or computes a result and keeps it; returns it, and what it was taken apart into, if it could be."""
        if (known := self._held(job)) is not None:  # another thread was done since this one looked
            return known
        if job.mode is not Mode.REFRESH and (read := self._read(job)) is not None:
            value, packed = read
            self._log.note("read", job.function, job.key)
            self._tell_if_edited(job, packed)
            self.memory.put(job.place, packed)
            return Answer(cast("T", value), Origin.DISK), packed
        self._log.note("miss", job.function, job.key)
        result = call()
        try:
            packed = packing.pack(result)._replace(code=job.code)
            has_room = self.memory.has_room_for(packed.nbytes + _OVERHEAD)
            held = packed.copied() if has_room else packed  # the memory of the result belongs to the function
            first = packing.unpack(held)  # read-only, and of the types that come back later
        except (ResultError, ValueError) as error:
            self._warn_once(job.function, f"The results of {job.function} are not kept. {error}")
            return Answer(result, Origin.LOADED), None
        if has_room:
            self.memory.put(job.place, held)
        if self.is_writing and job.mode is not Mode.READ_ONLY:
            self._write(job, packed, result)
        return Answer(cast("T", first), Origin.LOADED), packed

    def _held(self, job: _Job) -> tuple[Answer[Any], Packed] | None:
        packed = None if job.mode is Mode.REFRESH else self.memory.get(job.place)
        if packed is None:
            return None
        self._log.note("hit", job.function, job.key)
        self._tell_if_edited(job, packed)
        return Answer(packing.unpack(packed), Origin.MEMORY), packed

    def _read(self, job: _Job) -> tuple[object, Packed] | None:
        used = job.mode is not Mode.READ_ONLY and job.store.is_limited
        try:
            packed = entry.read(job.place, job.key, mapped=self._mmap, used=used, checked=self._checked)
            return packing.unpack(packed), packed
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (DamagedEntryError, ValueError) as error:
            self._log.note("damage", job.function, f"{job.key}: {error}", logging.WARNING)
            if job.mode is not Mode.READ_ONLY:
                job.store.put_aside(job.file)
            return None
        except (OSError, MemoryError, ImportError) as error:  # which says nothing about the file
            self._log.note("fail", job.function, f"{job.key}: {error}", logging.WARNING)
            return None

    def _write(self, job: _Job, packed: Packed, value: object) -> None:
        parts = entry.parts(job.key, job.function, packed)
        size = sum(part.nbytes for part in parts)
        if size > entry.LARGEST or not job.store.takes(size):
            return
        try:
            removed = job.store.write(job.file, parts)
            if self._viewable and (picture := packing.as_png(value)) is not None:
                removed += job.store.write(job.file.with_suffix(VIEWABLE), [memoryview(picture)])
        except OSError as error:
            if os.name == "nt" and isinstance(error, PermissionError) and job.file.exists():
                return  # another reads the old one now, and Windows does not let go of it then
            self.is_writing = False
            self._log.note("off", job.store.folder, error)
            self._warn_once(
                "", f"Results are not kept any more, as {job.store.folder} cannot be written: {error.strerror}."
            )
            return
        self._log.note("save", job.function, job.key)
        self._note_deleted(removed)

    def _note_deleted(self, files: Iterable[Path]) -> None:
        for file in files:
            self._log.note("delete", file.parent.name, file.name)

    def _tell_if_edited(self, job: _Job, packed: Packed) -> None:
        if packed.code != job.code and was_edited(packed.code, job.code):
            self._warn_once(
                f"{job.function}, edited",
                f"{job.function} was edited since some of its results were kept, and they are returned as they are. To "
                "compute them anew, call its method clear(), or give it another version=.",
            )

    def _warn_once(self, about: str, message: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    def _preload(self, store: Store, tag: str, max_items: int | None, future: Future[int]) -> None:
        read = 0
        try:
            files = [found for found in store.files(tag) if found.path.suffix == RESULT]
            for found in sorted(files, key=lambda found: -found.used):
                place = str(found.path)
                if self._closed.is_set() or read == max_items:
                    break
                if self.memory.get(place) is not None or not self.memory.has_room_for(
                    found.size + _OVERHEAD, beside=True
                ):
                    continue
                try:
                    packed = entry.read(place, found.path.stem)
                except (DamagedEntryError, OSError, MemoryError) as error:
                    self._log.note("damage", found.path.parent.name, f"{found.path.stem}: {error}", logging.WARNING)
                    continue
                self.memory.put(place, packed)
                read += 1
        finally:
            future.set_result(read)


@dataclass(frozen=True, slots=True)
class _Job:
    """One result that is to be had."""

    store: Store
    place: str
    function: str
    key: str
    mode: Mode
    code: str

    @property
    def file(self) -> Path:
        return Path(self.place)


def _shared(answer: Answer[Any], packed: Packed | None) -> Callable[[], Answer[Any]] | None:
    """Returns a function that makes the answer for one more thread, with a result of its own; None if there is none."""
    if packed is None:
        return None
    # The pixels belong to the thread that computed them.
    own = packed.copied() if answer.origin is Origin.LOADED else packed
    return lambda: Answer(packing.unpack(own), Origin.JOINED)


def _folder(folder: str | os.PathLike[str] | None) -> Path:
    if folder is not None:
        return Path(folder).expanduser().absolute()
    place = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return Path(place or "~/.cache").expanduser().absolute() / "lookahead" / "results"


def _tag(tag: object) -> str | None:
    if tag is None:
        return None
    text = str(tag)
    if not text or _ADDRESS.search(text):
        raise ResultError(f"{tag!r} is no name for a data set; use a text or a number.")
    return _name(text, "tag")


def _name(text: str, what: str) -> str:
    # A name on every system: no separators, and nothing that one of them would leave out at the end.
    if not _NAME.fullmatch(text) or (what == "tag" and (text[-1] in ". " or text[0] == " ")):
        raise ResultError(f"The {what} {text!r} is no name; use up to 100 letters, digits and the signs _ . , + = @ -.")
    return text
