"""Results of functions, kept on this disk: computed once for the same arguments, in whatever thread and run."""

from __future__ import annotations

import logging
import os
import re
import threading
import warnings
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, Self, TypeVar, cast, overload

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

    Any number of programs may use one folder at once; it may lie on a share. Together they keep its limits, within a
    tenth. What cannot be written is no error: the cache warns once for each reason, and tries again with the next
    result; a disk that was full or failed is tried again after some seconds, and after :meth:`trim` or :meth:`clear`.
    Results are private: only their owner can read the files. They are never pickled. Their checksums find damage, not
    forgery. A clock that is put back changes nothing.

    Arrays and frames of a cached function are read-only, from the first call on. With ``mmap``, pixels stay in the
    file. The cache never shortens a file that is there, but another program may: on POSIX systems a process that
    touches pixels of a mapped file that was cut short, or whose share is gone, dies of the signal SIGBUS. Leave
    ``mmap`` off where others write into the folder.

    Attributes:
        memory: the results in memory, taken apart, so that no caller can change them.
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
            mmap: leave large arrays on the disk, mapped into memory: they take no memory of their own. See above for
                what happens when another program cuts a file short.
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
        self._checked = Checked()
        self._warned: set[object] = set()
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
    def is_writing(self) -> bool:
        """Whether new results are written now: not in the seconds after the disk was found full or failed."""
        return not self._store.is_failing

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
        folder = f"{store.directory(tag)}{os.sep}{directory_name(function)}"
        job = _Job(store, folder, f"{folder}{os.sep}{key}{RESULT}", function, key, mode, code)
        under_way = job.place if mode is not Mode.REFRESH else f"{job.place}, anew"
        while True:
            ended = self._flights.ended
            found = self._looked_up(job)
            if type(found) is tuple:
                return found[0]
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
            answer, packed = self._run(job, call, is_absent=found is None and ended == self._flights.ended)
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
        tagged = None if named is None else store.directory(named)
        name = None if function is None else directory_name(function)

        def is_wanted(file: str) -> bool:
            place, directory, _ = file.rsplit(os.sep, 2)
            return tagged in {None, place} and name in {None, directory}

        self.memory.discard(is_wanted)
        if memory_only:
            return 0
        removed = store.clear(None if function is tag is None else is_wanted)
        self._note_deleted(removed)
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

    def _looked_up(self, job: _Job) -> tuple[Answer[Any], Packed] | bool | None:
        """Returns what lies in memory, or small on the disk; None if there is nothing, True if that is to be seen."""
        if (held := self._held(job)) is not None or job.mode is Mode.REFRESH:
            return held
        try:
            job.store.refuse_links(job.folder)
            if (packed := entry.read_small(job.place, job.key, job.used())) is None:
                return True
            value = packing.unpack(packed)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (DamagedEntryError, ValueError, OSError, MemoryError, ImportError):
            return True
        return self._from_disk(job, value, packed)

    def _run(self, job: _Job, call: Callable[[], T], *, is_absent: bool) -> tuple[Answer[T], Packed | None]:
        """Reads or computes a result and keeps it; returns it, and what it was taken apart into, if it could be.

        ``is_absent`` says that it was not there when this began.
        """
        if not is_absent:  # or another thread was done since this one looked
            if (known := self._held(job)) is not None:
                return known
            if job.mode is not Mode.REFRESH and (read := self._read(job)) is not None:
                return self._from_disk(job, *read)
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
        return Answer(cast("T", first), Origin.LOADED), held

    def _held(self, job: _Job) -> tuple[Answer[Any], Packed] | None:
        packed = None if job.mode is Mode.REFRESH else self.memory.get(job.place)
        if packed is None:
            return None
        self._log.note("hit", job.function, job.key)
        self._tell_if_edited(job, packed)
        return Answer(packing.unpack(packed), Origin.MEMORY), packed

    def _from_disk(self, job: _Job, value: Any, packed: Packed) -> tuple[Answer[Any], Packed]:  # noqa: ANN401 - a result
        self._log.note("read", job.function, job.key)
        self._tell_if_edited(job, packed)
        self.memory.put(job.place, packed)
        return Answer(value, Origin.DISK), packed

    def _read(self, job: _Job) -> tuple[object, Packed] | None:
        try:
            job.store.refuse_links(job.folder)
            packed = entry.read(job.place, job.key, mapped=self._mmap, used=job.used(), checked=self._checked)
            return packing.unpack(packed), packed
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (DamagedEntryError, ValueError) as error:
            self._log.note("damage", job.function, f"{job.key}: {error}", logging.WARNING)
            if job.mode is not Mode.READ_ONLY:
                job.store.put_aside(job.place)
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
            removed = job.store.write(job.place, parts)
            if self._viewable and (picture := packing.as_png(value)) is not None:
                removed += job.store.write(job.place.removesuffix(RESULT) + VIEWABLE, [memoryview(picture)])
        except OSError as error:
            if os.name == "nt" and isinstance(error, PermissionError) and Path(job.place).exists():
                return  # another reads the old one now, and Windows does not let go of it then
            where = error.filename2 or error.filename or job.store.folder
            self._log.note("off", where, error)
            if not isinstance(error, FileNotFoundError):  # others clear the folder again and again
                message = f"Results are not kept while {where} cannot be written: {error.strerror}."
                self._warn_once(error.errno, message)
            return
        self._log.note("save", job.function, job.key)
        self._note_deleted(removed)

    def _note_deleted(self, files: Iterable[str]) -> None:
        for file in files:
            _, directory, name = file.rsplit(os.sep, 2)
            self._log.note("delete", directory, name)

    def _tell_if_edited(self, job: _Job, packed: Packed) -> None:
        if packed.code != job.code and was_edited(packed.code, job.code):
            self._warn_once(
                f"{job.function}, edited",
                f"{job.function} was edited since some of its results were kept, and they are returned as they are. To "
                "compute them anew, call its method clear(), or give it another version=.",
            )

    def _warn_once(self, about: object, message: str) -> None:
        if about not in self._warned:
            self._warned.add(about)
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    def _preload(self, store: Store, tag: str, max_items: int | None, future: Future[int]) -> None:
        read = 0
        try:
            files = [found for found in store.files(tag) if found.path.endswith(RESULT)]
            for found in sorted(files, key=lambda found: -found.used):
                if self._closed.is_set() or read == max_items:
                    break
                place = found.path
                if self.memory.get(place) is not None or not self.memory.has_room_for(
                    found.size + _OVERHEAD, beside=True
                ):
                    continue
                _, function, name = place.rsplit(os.sep, 2)
                try:
                    packed = entry.read(place, name.removesuffix(RESULT))
                except (DamagedEntryError, OSError, MemoryError) as error:
                    self._log.note("damage", function, f"{name}: {error}", logging.WARNING)
                    continue
                self.memory.put(place, packed)
                read += 1
        finally:
            future.set_result(read)


class _Job(NamedTuple):
    """One result that is to be had."""

    store: Store
    folder: str
    place: str
    function: str
    key: str
    mode: Mode
    code: str

    def used(self) -> int | None:
        """Returns what the file is marked with when it is read."""
        return self.store.moment_of_use() if self.mode is not Mode.READ_ONLY and self.store.is_limited else None


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
