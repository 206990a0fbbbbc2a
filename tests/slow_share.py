"""A folder mounted through FUSE as if it were a share behind a slow line, for tests and for trying things by hand.

::

    python tests/slow_share.py SOURCE MOUNTPOINT --profile vpn

The model: each call that would go to a server (lookup, open, each 500 names of a listing, read) waits one round trip,
and bytes pass one line that all readers share in turns of 64 KiB. Pages are kept while a file is being read and thrown
away at the next open, as NFS and SMB clients do; the kernel reads ahead up to 1 MiB (128 KiB where the test may not
set that). A listing or a lookup makes lookups free for a second.

The file system runs in a process of its own, told what to do in JSON lines over its standard input, each answered over
its standard output. When the input ends, because the test died, it unmounts itself.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fnmatch
import json
import math
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Line(NamedTuple):
    """Seconds of a round trip and bytes a second."""

    latency: float
    bandwidth: float


PROFILES = {
    "local": Line(0.0, math.inf),
    "lan": Line(0.0005, 100e6),
    "wifi": Line(0.003, 20e6),
    "vpn": Line(0.025, 6e6),
    "bad": Line(0.060, 2e6),
}
TURN = 64 * 1024
PAGE = 4096
NAMES_PER_ANSWER = 500
BYTES_PER_NAME = 120
ATTRIBUTES_KEPT = 1.0
READ_AHEAD_KB = 1024
PATIENCE = 10.0
ENDED_BY_SIGNAL = 8


@dataclass
class Counts:
    """What reached the server so far; paths are relative to the mount point.

    Attributes:
        opens: files opened.
        reads: read requests, each a round trip.
        lookups: getattr requests.
        listings: folders listed.
        bytes_sent: bytes of files given away.
        bytes_again: those of them that had been given away before.
        bytes_passed: bytes that have passed the line by now: names too, and what has passed of answers under way.
        opens_of: opens by path.
        bytes_of: bytes given away by path.
    """

    opens: int = 0
    reads: int = 0
    lookups: int = 0
    listings: int = 0
    bytes_sent: int = 0
    bytes_again: int = 0
    bytes_passed: int = 0
    opens_of: Counter[str] = field(default_factory=Counter)
    bytes_of: Counter[str] = field(default_factory=Counter)

    @property
    def besides_reads(self) -> int:
        """Calls that reached the server and were not reads."""
        return self.opens + self.lookups + self.listings


def why_not() -> str | None:
    """Returns why no share can be mounted here, None if it can."""
    if sys.platform != "linux":
        return "the slow share needs Linux"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse is not there or may not be used"
    if shutil.which("fusermount3") is None:
        return "fusermount3 is not installed"
    try:
        _import_fuse()
    except (ImportError, OSError, AttributeError) as error:
        return f"mfusepy cannot be used: {error}"
    return None


def _import_fuse() -> Any:  # noqa: ANN401 - a module that is imported late
    os.environ.setdefault("FUSE_LIBRARY_NAME", "fuse3")
    import mfusepy  # type: ignore[import-untyped]  # noqa: PLC0415 - not there on every system

    return mfusepy


class Mounted:
    """A folder mounted by a process of its own for as long as the ``with`` block runs.

    The process gets JSON lines over its standard input and answers each over its standard output, the first when it
    has mounted the folder. When the input ends, also because the test died, it unmounts the folder and ends.
    """

    def __init__(self, mountpoint: str | os.PathLike[str], command: list[str]) -> None:
        self.mountpoint = Path(mountpoint)
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self) -> None:
        """Begins the process, which mounts the folder, also again after :meth:`close`.

        Raises:
            RuntimeError: it could not.
        """
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self._receive()
        except BaseException:
            self.close()
            raise

    def tell(self, command: str, **values: object) -> dict[str, Any]:
        """Has the process carry out a command; returns the answer.

        Raises:
            RuntimeError: it could not, or there is no process.
        """
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("The share is not mounted.")
        self._process.stdin.write(json.dumps({"command": command, **values}) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def close(self) -> None:
        """Unmounts, whatever still uses the mount, and waits for the process to end."""
        process, self._process = self._process, None
        if process is None:
            return
        unmount(self.mountpoint)
        with process:  # closes the pipes; the process goes when its input ends, if it has not gone yet
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # pragma: no cover - a call that waits for the world
                process.kill()

    def _receive(self) -> dict[str, Any]:
        if self._process is None or self._process.stdout is None:
            raise RuntimeError("The share is not mounted.")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The process of the share ended by itself; its error output says why.")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


class SlowShare(Mounted):
    """Mounts ``source`` at ``mountpoint`` for as long as the ``with`` block runs.

    Args:
        source: the folder to show.
        mountpoint: an empty folder.
        latency: seconds of a round trip; the profile's if None.
        bandwidth: bytes a second; the profile's if None.
        profile: a name in :data:`PROFILES`.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        mountpoint: str | os.PathLike[str],
        *,
        latency: float | None = None,
        bandwidth: float | None = None,
        profile: str = "local",
    ) -> None:
        line = PROFILES[profile]
        command = [sys.executable, __file__, os.fspath(source), os.fspath(mountpoint), "--controlled"]
        command += ["--latency", str(line.latency if latency is None else latency)]
        command += ["--bandwidth", str(line.bandwidth if bandwidth is None else bandwidth)]
        super().__init__(mountpoint, command)

    def mount(self) -> None:
        """Mounts it, also again after :meth:`close`; what was counted and told before is forgotten."""
        self.begin()

    def fail(self, pattern: str) -> None:
        """Makes reads of the files whose names match fail with EIO; opening them works."""
        self.tell("fail", pattern=pattern)

    def stall(self, pattern: str, seconds: float) -> None:
        """Makes the first read of each opened file whose name matches take ``seconds`` longer."""
        self.tell("stall", pattern=pattern, seconds=seconds)

    def away(self, mode: str, seconds: float) -> None:
        """Takes the server away for ``seconds``: with mode "error" calls fail, with "hang" they wait for it."""
        self.tell("away", mode=mode, seconds=seconds)

    def clear(self) -> None:
        """Ends all faults, also for the calls that wait because of one."""
        self.tell("clear")

    def set_line(self, latency: float, bandwidth: float) -> None:
        """Changes the line to ``latency`` seconds and ``bandwidth`` bytes a second."""
        self.tell("set_line", latency=latency, bandwidth=bandwidth)

    def counts(self) -> Counts:
        """Returns what reached the server since the mount or the last :meth:`reset_counts`."""
        counts = Counts(**self.tell("counts"))
        counts.opens_of, counts.bytes_of = Counter(counts.opens_of), Counter(counts.bytes_of)
        return counts

    def reset_counts(self) -> None:
        """Counts from 0 again."""
        self.tell("reset_counts")


def unmount(mountpoint: str | os.PathLike[str]) -> None:
    """Unmounts the slow share, by force where somebody still uses it; does nothing if there is none."""
    for options in ("-u", "-uz"):
        command = ["fusermount3", options, os.fspath(mountpoint)]
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return


# Everything below runs in the process of the file system.


class Server:
    """What is behind the mount: the line, the faults and the counts. Any thread."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.counts = Counts()
        self._changed = threading.Condition()
        self._line_free_at = 0.0
        self._failing: list[str] = []
        self._stalling: list[tuple[str, float]] = []
        self._away_until = 0.0
        self._away_mode = "error"
        self._known: dict[str, float] = {}
        self._given: dict[str, set[int]] = {}

    # told by the test

    def obey(self, command: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - straight from JSON
        """Carries out a command and returns the answer."""
        commands: dict[str, Callable[..., dict[str, Any] | None]] = {
            "fail": self._fail,
            "stall": self._stall,
            "away": self._go_away,
            "clear": self._clear,
            "set_line": self._set_line,
            "counts": lambda: vars(self.counts),
            "reset_counts": self._reset_counts,
        }
        with self._changed:
            answer = commands[command](**values)
            self._changed.notify_all()
            return answer or {}

    def _fail(self, pattern: str) -> None:
        self._failing.append(pattern)

    def _stall(self, pattern: str, seconds: float) -> None:
        self._stalling.append((pattern, seconds))

    def _go_away(self, mode: str, seconds: float) -> None:
        self._away_mode, self._away_until = mode, time.monotonic() + seconds
        self._known.clear()

    def _clear(self) -> None:
        self._failing, self._stalling, self._away_until = [], [], 0.0

    def _set_line(self, latency: float, bandwidth: float) -> None:
        self.line = Line(latency, bandwidth)

    def _reset_counts(self) -> None:
        self.counts = Counts()
        self._given.clear()

    # felt by the calls

    def answer(self) -> None:
        """Waits a round trip, and for the server to come back.

        Raises:
            OSError: the server is away.
        """
        with self._changed:
            if self._away_mode == "error" and time.monotonic() < self._away_until:
                raise OSError(errno.EIO, "the share is away")
            while (rest := self._away_until - time.monotonic()) > 0:
                self._changed.wait(rest)
        if self.line.latency:
            time.sleep(self.line.latency)

    def send(self, amount: int) -> None:
        """Waits until ``amount`` bytes have passed the line, in turns with the others."""
        while amount > 0:
            turn = min(amount, TURN)
            with self._changed:
                now = time.monotonic()
                # 5 ms of burst: sleeping is not exact, and what it oversleeps must not be lost.
                self._line_free_at = max(self._line_free_at, now - 0.005) + turn / self.line.bandwidth
                wait = self._line_free_at - now
            if wait > 0:
                time.sleep(wait)
            self.count(bytes_passed=turn)
            amount -= turn

    def misbehave(self, path: str, *, first: bool) -> None:
        """Fails or stalls a read of ``path``, if told so.

        Raises:
            OSError: reads of it are to fail.
        """
        name = path.rpartition("/")[2]
        with self._changed:
            if any(fnmatch.fnmatch(name, pattern) for pattern in self._failing):
                raise OSError(errno.EIO, "told to fail")
            seconds = max((s for pattern, s in self._stalling if fnmatch.fnmatch(name, pattern)), default=0.0)
            if first and seconds:
                self._changed.wait_for(lambda: not self._stalling, seconds)

    def count(self, **amounts: int) -> None:
        """Adds to the counts."""
        with self._changed:
            for name, amount in amounts.items():
                setattr(self.counts, name, getattr(self.counts, name) + amount)

    def count_open(self, path: str) -> None:
        """Counts an open of ``path``."""
        with self._changed:
            self.counts.opens += 1
            self.counts.opens_of[path.lstrip("/")] += 1

    def count_read(self, path: str, offset: int, amount: int) -> None:
        """Counts a read of ``path``; the kernel asks for whole pages."""
        pages = set(range(offset // PAGE, -(-(offset + amount) // PAGE)))
        with self._changed:
            given = self._given.setdefault(path, set())
            again = pages & given
            given |= pages
            self.counts.bytes_again += sum(min(PAGE, offset + amount - page * PAGE) for page in again)
            self.counts.reads += 1
            self.counts.bytes_sent += amount
            self.counts.bytes_of[path.lstrip("/")] += amount

    def knows(self, path: str) -> bool:
        """Returns whether a client would have the attributes of ``path`` still."""
        oldest = time.monotonic() - ATTRIBUTES_KEPT
        return max(self._known.get(path, 0.0), self._known.get(path.rpartition("/")[0] + "/*", 0.0)) > oldest

    def remember(self, path: str) -> None:
        """Keeps the attributes of ``path`` for a while; ``folder/*`` stands for all in the folder."""
        self._known[path] = time.monotonic()


class Share:
    """The calls of the kernel, passed on to ``source``."""

    use_ns = True

    def __init__(self, server: Server, source: str, mounted: Callable[[], None]) -> None:
        self._server = server
        self._source = source
        self._mounted = mounted
        self._untouched: set[int] = set()
        self._folders: dict[int, tuple[str, list[tuple[str, int]], set[int]]] = {}

    def init(self, path: str) -> None:  # noqa: ARG002 - FUSE's
        threading.Thread(target=self._mounted, daemon=True).start()

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:  # noqa: ARG002 - FUSE's
        self._server.count(lookups=1)
        if not self._server.knows(path):
            self._server.answer()
            self._server.remember(path)
        status = Path(self._source + path).stat()
        names = ("st_mode", "st_nlink", "st_size", "st_uid", "st_gid")
        times = {f"st_{kind}time": getattr(status, f"st_{kind}time_ns") for kind in "acm"}
        return {name: getattr(status, name) for name in names} | times

    def opendir(self, path: str) -> int:
        with os.scandir(self._source + path) as entries:
            found = [(e.name, stat.S_IFDIR if e.is_dir() else stat.S_IFREG) for e in entries]
        handle = max(self._folders, default=0) + 1
        self._folders[handle] = (path, found, set())
        self._server.count(listings=1)
        self._server.remember(path.rstrip("/") + "/*")
        return handle

    def readdir_with_offset(self, path: str, offset: int, fh: int) -> Iterator[tuple[str, int, int]]:  # noqa: ARG002
        _, found, paid = self._folders[fh]
        for position in range(offset, max(1, len(found))):
            answer = position // NAMES_PER_ANSWER
            if answer not in paid:  # the kernel comes several times for what the server sends in one answer
                paid.add(answer)
                self._server.answer()
                self._server.send(BYTES_PER_NAME * min(NAMES_PER_ANSWER, len(found) - position))
            if position < len(found):
                yield (*found[position], position + 1)

    def releasedir(self, path: str, fh: int) -> int:  # noqa: ARG002 - FUSE's
        del self._folders[fh]
        return 0

    def open(self, path: str, flags: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, "the share is read-only")
        self._server.answer()
        handle = os.open(self._source + path, os.O_RDONLY)
        self._untouched.add(handle)
        self._server.count_open(path)
        return handle

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        first = fh in self._untouched
        self._untouched.discard(fh)
        self._server.answer()  # requests the kernel sends side by side, reading ahead, wait side by side
        self._server.misbehave(path, first=first)
        data = os.pread(fh, size, offset)
        self._server.send(len(data))
        self._server.count_read(path, offset, len(data))
        return data

    def release(self, path: str, fh: int) -> int:  # noqa: ARG002 - FUSE's
        self._untouched.discard(fh)
        os.close(fh)
        return 0


def serve(source: str, mountpoint: str, line: Line, *, controlled: bool) -> None:
    """Mounts ``source`` and returns when it has been unmounted."""
    server = Server(line)
    share = Share(server, source, lambda: _when_mounted(server, mountpoint, controlled=controlled))
    options = {"attr_timeout": ATTRIBUTES_KEPT, "entry_timeout": ATTRIBUTES_KEPT, "ro": True, "fsname": "slow_share"}
    try:
        _import_fuse().FUSE(share, mountpoint, foreground=True, nothreads=False, **options)
    except RuntimeError as error:
        if error.args != (ENDED_BY_SIGNAL,):  # Ctrl+C is how it is meant to end when started by hand
            raise


def _when_mounted(server: Server, mountpoint: str, *, controlled: bool) -> None:
    """Says that the share is mounted, then carries out what the test says until its end."""
    device = _device_of(os.path.realpath(mountpoint))
    with contextlib.suppress(OSError):  # only root may; else it is the kernel's 128 KiB
        Path(f"/sys/class/bdi/{device}/read_ahead_kb").write_text(str(READ_AHEAD_KB), encoding="ascii")
    if not controlled:
        return
    say(sys.stdout, {})
    for line in sys.stdin:
        say(sys.stdout, server.obey(**json.loads(line)))
    server.obey("clear")
    unmount(mountpoint)


def say(stream: TextIO, answer: dict[str, Any]) -> None:
    """Answers in one line."""
    print(json.dumps(answer), file=stream, flush=True)


def _device_of(mountpoint: str) -> str:
    """Returns the device number of the mount; looks into the kernel's table, for a look at the mount would wait."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            fields = line.split()
            if fields[4] == mountpoint and "slow_share" in fields:
                return fields[2]
        time.sleep(0.005)
    raise TimeoutError(f"{mountpoint} was not mounted.")


def main() -> None:
    """Runs the file system until it is unmounted or interrupted."""
    parser = argparse.ArgumentParser(description="Shows a folder as if it were on a share behind a slow line.")
    parser.add_argument("source")
    parser.add_argument("mountpoint")
    parser.add_argument("--profile", choices=PROFILES, default="vpn")
    parser.add_argument("--latency", type=float, help="seconds of a round trip, instead of the profile's")
    parser.add_argument("--bandwidth", type=float, help="bytes a second, instead of the profile's")
    parser.add_argument("--controlled", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    line = PROFILES[options.profile]
    line = Line(
        line.latency if options.latency is None else options.latency,
        line.bandwidth if options.bandwidth is None else options.bandwidth,
    )
    serve(os.path.realpath(options.source), options.mountpoint, line, controlled=options.controlled)


if __name__ == "__main__":
    main()
