"""A folder mounted by a real client from a real server on this computer, for tests and for trying things by hand.

::

    python tests/real_shares.py sshfs SOURCE MOUNTPOINT

Between client and server lies a relay: what passes waits ``latency`` each way, and all connections share ``bandwidth``
each way, first come, first served. ``tests/slow_share.py`` charges each call; what a call costs here is the client's
doing, and so is what it keeps and reads ahead.

A process of its own holds all three, and obeys JSON lines as that of the slow share does. When its input ends, because
the test died, it unmounts the folder and ends them; they end with it if it is killed. Where root runs it, it has a
network of its own, so that no port is taken by another, and smbnetfs, which asks port 445 only, finds its server.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]
from slow_share import PATIENCE, Mounted, say, unmount

if TYPE_CHECKING:
    from collections.abc import Callable

SERVERS = {
    "sshfs": "ssh",
    "sshfs-reconnect": "ssh",
    "smbnetfs": "smb",
    "rclone-smb": "smb",
    "rclone-dav": "webdav",
    "rclone-sftp": "sftp",
    "rclone-http": "http",
}
"""The kinds of share, by client, and what the server of each speaks."""
PROGRAMS = {"ssh": ("ssh", "sshd", "ssh-keygen"), "smb": ("smbd",)}
LATENCY, BANDWIDTH = 0.012, 12e6
PIECE = 64 * 1024
PIECES = 64
"""Pieces of one connection that may be under way in the relay."""
HOST = "127.0.0.1"
SMB_PORT = 445


class RealShare(Mounted):
    """Mounts ``source`` at ``mountpoint`` for as long as the ``with`` block runs.

    Args:
        kind: a name in :data:`SERVERS`.
        source: the folder to show.
        mountpoint: an empty folder.
        latency: seconds that each way takes.
        bandwidth: bytes a second that pass each way.
        options: further arguments for the client.

    Attributes:
        folder: where the files of ``source`` are to be seen.
    """

    def __init__(
        self,
        kind: str,
        source: str | os.PathLike[str],
        mountpoint: str | os.PathLike[str],
        *,
        latency: float = LATENCY,
        bandwidth: float = BANDWIDTH,
        options: tuple[str, ...] = (),
    ) -> None:
        command = [sys.executable, __file__, kind, os.fspath(source), os.fspath(mountpoint)]
        command += ["--latency", str(latency), "--bandwidth", str(bandwidth), *(f"--option={each}" for each in options)]
        super().__init__(mountpoint, command)
        self.folder = self.mountpoint / HOST / "s" if kind == "smbnetfs" else self.mountpoint

    def stop(self) -> None:
        """Stops the server: it keeps its connections and answers nothing."""
        self.tell("stop")

    def go_on(self) -> None:
        """Lets a server go on that was stopped."""
        self.tell("go_on")

    def kill(self) -> None:
        """Kills the server; its connections end."""
        self.tell("kill")

    def start(self) -> None:
        """Begins the server again."""
        self.tell("start")

    def unmount(self, *, lazy: bool = False) -> None:
        """Unmounts the folder, also while it is in use if ``lazy``.

        Raises:
            RuntimeError: it is in use.
        """
        self.tell("unmount", lazy=lazy)

    def mount(self) -> None:
        """Mounts the folder again."""
        self.tell("mount")


def why_not(kind: str) -> str | None:
    """Returns why no share of this kind can be mounted here, None if it can."""
    if sys.platform != "linux":
        return "real shares need Linux"
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse is not there or may not be used"
    programs = (*PROGRAMS.get(SERVERS[kind], ("rclone",)), kind.partition("-")[0], "fusermount3")
    if lacking := [program for program in programs if find(program) is None]:
        return f"{' and '.join(lacking)} is not installed"
    if kind == "smbnetfs" and subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        return f"smbnetfs asks port {SMB_PORT} only, and only root may have a network of its own"
    return None


def find(program: str) -> str | None:
    """Returns the path of a program; servers are not in everybody's PATH."""
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))


# Everything below runs in the process that holds the share.


async def relay(listener: socket.socket, target: int, latency: float, bandwidth: float) -> None:
    """Passes on all that comes to ``listener`` to the port ``target`` and back, as a line would."""
    free_at = {"up": 0.0, "down": 0.0}
    clock = asyncio.get_running_loop().time

    async def deliver(writer: asyncio.StreamWriter, under_way: asyncio.Queue[tuple[float, bytes]]) -> None:
        piece = b"any"
        while piece:
            due, piece = await under_way.get()
            await asyncio.sleep(due - clock())
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

    async def take(reader: asyncio.StreamReader, under_way: asyncio.Queue[tuple[float, bytes]], way: str) -> None:
        piece = b"any"
        while piece:
            piece = await reader.read(PIECE)
            free_at[way] = max(free_at[way], clock()) + len(piece) / bandwidth
            await under_way.put((free_at[way] + latency, piece))

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, target)
            writers.append(far_writer)
            async with asyncio.TaskGroup() as tasks:
                for source, goal, way in ((reader, far_writer, "up"), (far_reader, writer, "down")):
                    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(PIECES)
                    tasks.create_task(take(source, under_way, way))
                    tasks.create_task(deliver(goal, under_way))
        except* OSError:  # one side has gone: so does the other
            pass
        finally:
            for each in writers:
                each.close()

    async with await asyncio.start_server(connect, sock=listener) as server:
        await server.serve_forever()


class Keeper:
    """Holds server, relay and client of one share, and obeys the test; one thread."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._kind: str = options.kind
        self._speaks = SERVERS[self._kind]
        self._source = os.path.realpath(options.source)
        self._mountpoint = os.path.realpath(options.mountpoint)
        self._client_options: list[str] = options.option
        self._settings = Path(tempfile.mkdtemp(prefix="lookahead-"))
        self._log = self._settings / "log"
        self._clients: list[subprocess.Popen[bytes]] = []
        is_alone = os.geteuid() == 0 and has_own_network()
        self._port = free_port()
        self._listener = socket.create_server((HOST, SMB_PORT if is_alone and self._kind == "smbnetfs" else 0))
        line = relay(self._listener, self._port, options.latency, options.bandwidth)
        threading.Thread(target=asyncio.run, args=(line,), daemon=True).start()
        self._server: subprocess.Popen[bytes] | None = None

    def obey(self, command: str, **values: Any) -> dict[str, str]:  # noqa: ANN401 - straight from JSON
        """Carries out a command; returns the answer, in which an error is named."""
        commands: dict[str, Callable[..., None]] = {
            "stop": lambda: self._signal(signal.SIGSTOP),
            "go_on": lambda: self._signal(signal.SIGCONT),
            "kill": self.kill,
            "start": self.start,
            "unmount": self.unmount,
            "mount": self.mount,
        }
        try:
            commands[command](**values)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            return {"error": f"{command}: {error}"}
        return {}

    def start(self) -> None:
        """Begins the server and waits until it listens."""
        self._server = self._begin({"ssh": self._sshd, "smb": self._smbd}.get(self._speaks, self._rclone_serve)())

        def listens() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self._port)):
                return True
            return False

        self._wait(listens, self._server)

    def kill(self) -> None:
        """Kills the server and all that it has begun."""
        if self._server is not None:
            end(self._server)

    def mount(self) -> None:
        """Begins the client and waits until it has mounted the folder."""
        client = self._begin(
            {"sshfs": self._sshfs, "smbnetfs": self._smbnetfs}.get(self._kind.partition("-")[0], self._rclone_mount)()
            + self._client_options
        )
        self._clients.append(client)
        self._wait(lambda: is_mounted(self._mountpoint), client)
        # Some connect after that. Another process looks, which can be left where it hangs.
        subprocess.run(["stat", self._mountpoint], stdout=subprocess.DEVNULL, timeout=PATIENCE, check=True)

    def unmount(self, *, lazy: bool = False) -> None:
        """Unmounts the folder; its client ends when nothing uses it any more."""
        command = ["fusermount3", "-uz" if lazy else "-u", self._mountpoint]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        if not lazy:
            self._clients.pop().wait(PATIENCE)

    def close(self) -> None:
        """Ends all and removes what it wrote."""
        unmount(self._mountpoint)
        for client in self._clients:
            end(client)
        self.kill()
        shutil.rmtree(self._settings, ignore_errors=True)

    def _begin(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Begins a program, which ends when this process does."""
        program = find(command[0]) or command[0]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"HOME": str(self._settings), "XDG_CACHE_HOME": str(self._settings)},
                preexec_fn=die_with_parent,  # noqa: PLW1509 - only this thread begins programs
            )

    def _wait(self, done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._kind}: {' '.join(self._log.read_text('utf-8', 'replace').split())[-500:]}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.005)  # or until it ends

    def _signal(self, number: signal.Signals) -> None:
        """Sends a signal to the server and all that it has begun."""
        for each in [] if self._server is None else family(self._server):
            each.send_signal(number)

    def _write(self, name: str, text: str) -> str:
        """Writes a file of settings; returns its path."""
        path = self._settings / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return str(path)

    # the servers

    def _sshd(self) -> list[str]:
        for name in ("host", "key"):
            if not (self._settings / name).exists():
                command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._settings / name)]
                subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(
                mode=0o755, exist_ok=True
            )  # sshd wants it; Debian makes it when it starts the service
        text = f"""
            ListenAddress {HOST}:{self._port}
            HostKey "{self._settings}/host"
            AuthorizedKeysFile "{self._settings}/key.pub"
            PermitRootLogin yes
            PasswordAuthentication no
            StrictModes no
            UsePAM no
            PidFile none
            Subsystem sftp internal-sftp
        """
        return ["sshd", "-D", "-e", "-f", self._write("sshd_config", text)]

    def _smbd(self) -> list[str]:
        kinds = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
        folders = {kind: self._settings / kind.partition(" ")[0] for kind in kinds}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        text = f"""
            [global]
            server role = standalone
            smb ports = {self._port}
            interfaces = {HOST}/8
            bind interfaces only = yes
            disable netbios = yes
            disable spoolss = yes
            load printers = no
            map to guest = Bad User
            guest account = {user()}
            log file = {self._log}
            {"".join(f"{kind} = {folder}" + chr(10) for kind, folder in folders.items())}
            [s]
            path = {self._source}
            read only = no
            guest ok = yes
            force user = {user()}
        """
        return ["smbd", "--foreground", "--no-process-group", "--configfile", self._write("smb.conf", text)]

    def _rclone_serve(self) -> list[str]:
        command = [
            "rclone",
            "serve",
            self._speaks,
            self._source,
            "--addr",
            f"{HOST}:{self._port}",
            "--config",
            "/dev/null",
        ]
        return command + (["--user", "u", "--pass", "p"] if self._speaks == "sftp" else [])

    # the clients

    @property
    def _door(self) -> int:
        """The port of the relay."""
        port: int = self._listener.getsockname()[1]
        return port

    def _sshfs(self) -> list[str]:
        text = f"""
            Port {self._door}
            IdentityFile "{self._settings}/key"
            IdentitiesOnly yes
            UserKnownHostsFile /dev/null
            StrictHostKeyChecking no
            ServerAliveInterval 5
            BatchMode yes
            LogLevel ERROR
        """
        command = [
            "sshfs",
            "-f",
            "-F",
            self._write("ssh_config", text),
            f"{user()}@{HOST}:{self._source}",
            self._mountpoint,
        ]
        return command + (["-o", "reconnect"] if self._kind == "sshfs-reconnect" else [])

    def _smbnetfs(self) -> list[str]:
        self._write(".smb/smbnetfs.host", f"host {HOST} visible=true\n")
        self._write(".smb/smbnetfs.auth", 'auth "guest" ""\n')
        settings = self._write(".smb/smbnetfs.conf", 'local_charset "UTF-8"\nsamba_charset "UTF-8"\n')
        return ["smbnetfs", "-f", "-o", f"config={settings}", self._mountpoint]

    def _rclone_mount(self) -> list[str]:
        at = f"host={HOST},port={self._door}"
        remotes = {
            "smb": f":smb,{at},user=guest,pass={obscured('x')}:s",
            "webdav": f":webdav,url='http://{HOST}:{self._door}',vendor=other:",
            "sftp": f":sftp,{at},user=u,pass={obscured('p')}:",
            "http": f":http,url='http://{HOST}:{self._door}/':",
        }
        return [
            "rclone",
            "mount",
            "--config",
            "/dev/null",
            "--attr-timeout",
            "1s",
            remotes[self._speaks],
            self._mountpoint,
        ]


def user() -> str:
    """Returns the name of the user of this process."""
    import pwd  # noqa: PLC0415 - not there on every system

    return pwd.getpwuid(os.geteuid()).pw_name


def obscured(password: str) -> str:
    """Returns a password as rclone wants it."""
    return subprocess.run(["rclone", "obscure", password], capture_output=True, text=True, check=True).stdout.strip()


def has_own_network() -> bool:
    """Gives this process a network of its own, in which there is nothing but itself; returns whether that worked."""
    import fcntl  # noqa: PLC0415 - not there on every system

    new_network, set_flags, is_up = 0x40000000, 0x8914, 1
    if ctypes.CDLL(None).unshare(new_network):
        return False
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh", b"lo", is_up))
    return True


def die_with_parent() -> None:
    """Has the system end this process when the one that began it ends."""
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


def free_port() -> int:
    """Returns a port on which nothing listens."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Returns a process and all that it has begun, as far as they live."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        return [parent, *parent.children(recursive=True)]
    return []


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills a process and all that it has begun."""
    for each in family(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(PATIENCE)


def is_mounted(mountpoint: str) -> bool:
    """Returns whether the kernel's table names the mount; a look at the mount itself might wait."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return any(line.split()[4].replace(r"\040", " ") == mountpoint for line in lines)


def main() -> None:
    """Holds a share until the input ends."""
    parser = argparse.ArgumentParser(description="Shows a folder through a real client and a real server.")
    parser.add_argument("kind", choices=SERVERS)
    parser.add_argument("source")
    parser.add_argument("mountpoint")
    parser.add_argument("--latency", type=float, default=LATENCY, help="seconds each way")
    parser.add_argument("--bandwidth", type=float, default=BANDWIDTH, help="bytes a second each way")
    parser.add_argument(
        "--option", action="append", default=[], help="a further argument for the client: --option=-ofoo"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    keeper = Keeper(options)
    try:
        answer = keeper.obey("start") or keeper.obey("mount")
        say(sys.stdout, answer)
        for line in sys.stdin if not answer else ():
            say(sys.stdout, keeper.obey(**json.loads(line)))
    except KeyboardInterrupt:
        pass
    finally:
        keeper.close()
    os._exit(0)  # with the relay as it is


if __name__ == "__main__":
    main()
