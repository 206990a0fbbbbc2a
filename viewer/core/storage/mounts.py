"""What is mounted where, by the system's own table, and how long the clients of shares keep what a share once said."""

from __future__ import annotations

import functools
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = Path("/proc/self/mountinfo")
"""The table of mounts of Linux; other systems have none, and nothing is known of theirs."""
PROCESSES, READ_AHEAD = Path("/proc"), Path("/sys/class/bdi")
FRESH = 2.0
"""Seconds for which the table is not read again: a file system may come and go, and its number be given to another."""
MATTERS = 2.0
"""Seconds of delay from which on people are told."""

_ESCAPED = late_pattern(rb"\\([0-7]{3})")
_LENGTH = late_pattern(r"([0-9]+(?:\.[0-9]+)?)(ms|[smhdw]?)")
_SHORTENED = late_pattern(r"[^a-z.~/ ][0-9A-Z]{5}~[0-9A-Z](\.[^a-z.~/ ]{1,3})?")
_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_MAPPING = {"fuse.davfs": "davfs", "smb3": "cifs", "nfs4": "nfs"}


class Mount(NamedTuple):
    """One line of the table.

    Attributes:
        device: the numbers of the file system, "0:43".
        point: the folder that it is seen under, "/mnt/nas".
        kind: the type of the file system, "fuse.sshfs".
        source: what is mounted, "me@nas:/shots"; in words of the client.
        options: all options of the mount, in the order of the table.
    """

    device: str
    point: str
    kind: str
    source: str
    options: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What stays the same when the share is mounted again: what is learned of its link is kept under it."""
        return f"{self.kind} {self.source} {self.point}"

    @property
    def is_share(self) -> bool:
        """Whether it is known to be a share, or mounted by a program."""
        return self.kind == "fuse" or self.kind.startswith("fuse.") or _client_of(self) is not None

    @property
    def may_be_smb(self) -> bool:
        """Whether an SMB server may be behind it. Of what rclone mounts by the name of a remote nobody can say."""
        is_of_rclone = self.kind == "fuse.rclone" and (
            not self.source.startswith(":") or self.source.startswith(":smb")
        )
        return is_of_rclone or self.kind in {"cifs", "smb3", "fuse.smbnetfs", "fuse.gvfsd-fuse"}


class Kept(NamedTuple):
    """How long the client of a share repeats what the share once said, instead of asking it.

    Attributes:
        client: the name of the client.
        listings: seconds, at most, for listings; ``math.inf`` without an end.
        attributes: seconds, at most, for sizes and dates.
        advice: which option changes it.
        is_sure: whether the options that it was mounted with are known.
        finds_by_name: whether a file that a kept listing lacks is found when it is asked for by its name.
    """

    client: str
    listings: float
    attributes: float
    advice: str
    is_sure: bool = True
    finds_by_name: bool = False

    @property
    def sentence(self) -> str:
        """What to tell people, "" if it does not matter to them."""
        if self.listings <= MATTERS:
            return ""
        unless = "" if self.is_sure else ", unless it was mounted otherwise"
        return (
            f"{self.client} keeps listings for {format_kept(self.listings)}{unless}: "
            f"{self.advice} to see all new frames sooner."
        )


class _Client(NamedTuple):
    """A row of the table of clients: what one keeps by default, and the options for that, the strongest first."""

    name: str
    listings: float
    attributes: float
    for_listings: tuple[str, ...]
    for_attributes: tuple[str, ...]
    advice: str
    process: str = ""
    finds_by_name: bool = False
    shows_options: bool = True  # whether its options can be seen
    off: frozenset[str] = frozenset()


# Of their manuals and sources; sshfs 3.7, smbnetfs 0.6 and rclone 1.60 were tried. What is not here is not known.
_CLIENTS = {
    "fuse.sshfs": _Client(
        "sshfs",
        20.0,
        20.0,
        ("dcache_dir_timeout", "cache_dir_timeout", "dcache_timeout", "cache_timeout"),
        ("dcache_stat_timeout", "cache_stat_timeout", "dcache_timeout", "cache_timeout"),
        "mount with -o dcache_timeout=2",
        "sshfs",
        finds_by_name=True,
        off=frozenset({"dir_cache=no", "cache=no"}),
    ),
    "fuse.rclone": _Client(
        "rclone", 300.0, 300.0, ("dir_cache_time",), ("dir_cache_time",), "mount with --dir-cache-time 2s", "rclone"
    ),
    "fuse.smbnetfs": _Client("smbnetfs", 1.0, 1.0, (), (), ""),
    "fuse.gvfsd-fuse": _Client("gvfs", 1.0, 1.0, (), (), ""),
    "davfs": _Client("davfs2", 60.0, 1.0, (), (), "set dir_refresh 2 in davfs2.conf", shows_options=False),
    "cifs": _Client(
        "The SMB mount",
        1.0,
        1.0,
        ("acdirmax", "actimeo"),
        ("acregmax", "actimeo"),
        "mount with -o actimeo=1",
    ),
    "nfs": _Client(
        "The NFS mount",
        60.0,
        60.0,
        ("acdirmax", "actimeo"),
        ("acregmax", "actimeo"),
        "mount with -o acdirmin=1,acdirmax=2",
        off=frozenset({"noac"}),
    ),
    "9p": _Client("The 9p mount", 0.0, 0.0, (), (), "mount with -o cache=none"),
    "ceph": _Client("ceph", 0.0, 0.0, (), (), ""),
    "fuse.ceph-fuse": _Client("ceph", 0.0, 0.0, (), (), ""),
}
_LOOSE_9P = {"cache=loose", "cache=fscache", "cache=f", "cache=8f"}  # newer kernels write the bits of it


def mount_of(path: str) -> Mount | None:
    """Returns where an absolute ``path`` lies, None where the system does not say. Any thread.

    The share itself is not asked, so links are not followed: a worker may follow them before.
    """
    points = _table().points
    path = "/" + os.path.normpath(path).lstrip("/")
    while path not in points:
        above = os.path.dirname(path)  # noqa: PTH120 - a Path of every string would win nothing
        if above == path:
            return None
        path = above
    return points[path]


def mount_at(path: str) -> Mount | None:
    """Returns where ``path`` lies once links are followed, by one call at most; workers only.

    From within a share whose client is known no links are followed: a call may cost several round trips there.
    """
    near = mount_of(path)
    if near is not None and _client_of(near) is not None:
        return near
    try:
        mounts = mounts_of_device(os.stat(path).st_dev)  # noqa: PTH116 - a Path of every string would win nothing
    except (OSError, ValueError):
        return near
    return near if near in mounts or not mounts else mounts[0]


def mounts_of_device(device: int) -> tuple[Mount, ...]:
    """Returns where ``device``, as ``os.stat`` numbers it, is mounted; () where the system does not say. Any thread."""
    return tuple(_table().devices.get(_numbers(device), ()))


def read_ahead_bytes(device: int) -> int | None:
    """Returns how far the kernel reads ahead in files of ``device``, None where the system does not say. Any thread."""
    return _read_ahead(READ_AHEAD / _numbers(device) / "read_ahead_kb", int(time.monotonic() / FRESH))


@functools.lru_cache(16)
def _read_ahead(file: Path, _moment: int) -> int | None:
    try:
        return int(file.read_text("ascii")) * 1024
    except (OSError, ValueError):
        return None


def kept_by(mount: Mount | None) -> Kept | None:
    """Returns what the client of a share keeps, None if its kind is not known. On a worker: it may take milliseconds.

    Programs that mount do not pass on to the system all that they were told. Where such a one runs as a process that
    can be seen, it is asked what that was.
    """
    if mount is None:
        return None
    client = _client_of(mount)
    if client is None:
        return None
    arguments = _arguments(client.process, mount.point) if client.process else []
    given = [*mount.options, *_options(arguments or [])]
    if mount.kind == "9p" and not _LOOSE_9P.isdisjoint(given):
        client = client._replace(listings=math.inf, attributes=math.inf)
    if not client.off.isdisjoint(given):
        client = client._replace(listings=0.0, attributes=0.0)
    values = dict(option.split("=", 1) for option in given if "=" in option)
    return Kept(
        client.name,
        _first(values, client.for_listings, client.listings),
        _first(values, client.for_attributes, client.attributes),
        client.advice,
        is_sure=arguments is not None and client.shows_options,
        finds_by_name=client.finds_by_name,
    )


def shortened_by_smb(mount: Mount | None, names: Iterable[str]) -> list[str]:
    """Returns those of ``names`` that look as Samba shortens them, if an SMB server may be behind the mount.

    It does so with names that clients of SMB may not see: with ``:`` or ``?`` in them, or not of its character set.
    """
    if mount is None or not mount.may_be_smb:
        return []
    return [name for name in names if "~" in name and _SHORTENED.fullmatch(name)]


def _client_of(mount: Mount) -> _Client | None:
    # davfs2 opens the device of FUSE itself, and names no kind.
    is_davfs = mount.kind == "fuse" and mount.source.startswith(("http://", "https://"))
    return _CLIENTS.get("davfs" if is_davfs else _MAPPING.get(mount.kind, mount.kind))


def format_kept(seconds: float) -> str:
    """Returns for how long something is kept: "up to 20 s".

    >>> format_kept(20.0), format_kept(300.0), format_kept(math.inf)
    ('up to 20 s', 'up to 5 min', 'as long as it is mounted')
    """
    if seconds == math.inf:
        return "as long as it is mounted"
    minutes = seconds / 60
    return f"up to {minutes:,.0f} min" if minutes >= 2 and minutes.is_integer() else f"up to {seconds:,.0f} s"  # noqa: PLR2004


def _numbers(device: int) -> str:
    # Windows has neither of the two; nor has it the files that are looked into.
    return f"{os.major(device)}:{os.minor(device)}" if hasattr(os, "major") else ""


class _Table(NamedTuple):
    """The mounts by the folder where they are seen, of which later ones lie over earlier ones, and by their device."""

    points: dict[str, Mount]
    devices: dict[str, list[Mount]]


def _table() -> _Table:
    return _parsed(TABLE, int(time.monotonic() / FRESH))


@functools.lru_cache(1)
def _parsed(table: Path, _moment: int) -> _Table:
    """Returns what the file says; lines that are not understood are left out."""
    found = _Table({}, {})
    try:
        lines = table.read_bytes().split(b"\n")
    except OSError:
        lines = []
    for mount in filter(None, map(_mount, lines)):
        found.points[mount.point] = mount
        found.devices.setdefault(mount.device, []).append(mount)
    return found


def _mount(line: bytes) -> Mount | None:
    """Returns what a line says: numbers, device, root, mount point, options, tags, a dash, kind, source, options."""
    fields = [
        os.fsdecode(_ESCAPED.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), field)) for field in line.split(b" ")
    ]
    try:
        dash = fields.index("-", 6)
        kind, source, options = fields[dash + 1 : dash + 4]
    except ValueError:
        return None
    return Mount(fields[2], fields[4], kind, source, (*fields[5].split(","), *options.split(",")))


def _arguments(program: str, point: str) -> list[str] | None:
    """Returns what a program that has mounted something at ``point`` was started with, None if none is seen.

    The command line is asked of such programs only: that of a process that hangs in a share may hang, too.
    """
    names = {program, f"mount.{program}"}
    for process in PROCESSES.glob("[0-9]*"):
        try:
            if (process / "comm").read_text("utf-8", "replace").strip() not in names:
                continue
            arguments = os.fsdecode((process / "cmdline").read_bytes()).split("\0")
        except OSError:
            continue
        if any(_names(argument, point) for argument in arguments[1:]):
            return arguments
    return None


def _names(argument: str, point: str) -> bool:
    """Returns whether ``argument`` is the mount point; one that is not absolute counted from a folder not known."""
    normal = os.path.normpath(argument) if argument else "."
    return normal == point or (not normal.startswith(("/", ".")) and point.endswith(f"/{normal}"))


def _options(arguments: list[str]) -> list[str]:
    """Returns the options among the arguments of a program, as "name=value" or "name", dashes as underscores."""
    options: list[str] = []
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument.startswith("--"):
            options.append(argument[2:] if "=" in argument else f"{argument[2:]}={following}")
        elif argument.startswith("-o"):
            options += (argument[2:] or following).split(",")
    named = [option.partition("=") for option in options]
    return [f"{name.strip().replace('-', '_')}{equals}{value}" for name, equals, value in named]


def _first(values: dict[str, str], names: tuple[str, ...], default: float) -> float:
    """Returns the seconds that the first of the options gives that is there and understood."""
    for name in names:
        parts = _LENGTH.findall(values.get(name, ""))
        if parts and "".join(map("".join, parts)) == values[name]:
            return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    return default
