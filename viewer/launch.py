"""Beginning and ending: the command ends when it is asked to, also while calls to a share hang.

Linux lets no process end while one of its threads is in a call to a share that hangs (FUSE, NFS): not by ``os._exit``,
nor by SIGKILL. So the work is done in a child process. The one that was started waits for it, hands signals on, and
ends with the child's exit code as soon as that is known; what hangs then ends when the share answers.
"""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])})
"""The signals that ask the program to end."""
END_WITHIN = 0.3
"""Seconds that the child has to end by itself once it has told its exit code."""
LOOK, HANGS_AFTER = 0.25, 4
"""Seconds between two looks at a child that was asked to end, and after how many in a row it counts as hanging."""
IN_FUSE = "request_wait_answer"
"""Where the kernel says that a thread is which waits for a FUSE mount."""
PR_SET_PDEATHSIG = 1
HOUR = 3600.0

_code_to: list[int] = []  # the pipe into which the child writes its exit code


def launched(work: Callable[[], int]) -> int:
    """Runs ``work`` and returns its exit code; call it first of all, with one thread.

    On Linux ``work`` runs in a child process; the one that was started does not return, but ends with that exit code.
    """
    if sys.stderr is None:  # closed, and the next file would be taken for it
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lasts
    if sys.platform != "linux":
        return work()
    parent = os.getpid()
    code_from, code_to = os.pipe()
    numbers = SIGNALS | {signal.SIGCHLD}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    child = os.fork()
    if child:
        os.close(code_to)
        leave(_attend(child, code_from, numbers))  # at once: taking all apart takes 8 ms
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.close(code_from)
    _code_to.append(code_to)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    for number in SIGNALS - {signal.SIGINT}:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _frame: leave(128 + number))
    code = 1
    try:
        code = work()
        _let_go_of_output()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
        raise
    finally:
        _tell(code)
    return code


def leave(code: int) -> NoReturn:
    """Ends the process at once, whatever its threads are doing."""
    _let_go_of_output()
    _tell(code)
    os._exit(code)


def is_own_process() -> bool:
    """Returns whether this process does nothing but the work of :func:`launched`."""
    return bool(_code_to)


def _tell(code: int) -> None:
    for pipe in _code_to:
        with suppress(OSError):
            os.write(pipe, bytes([code & 255]))


def _let_go_of_output() -> None:
    """Has those who read the output see its end, though a thread that hangs keeps the process, and its files, open."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # it may be closed, and then there is none
            stream.flush()
    if _code_to:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)


def _attend(child: int, code_from: int, numbers: frozenset[int]) -> int:
    """Waits for the child, or for its exit code; returns the exit code. ``numbers`` are the signals to wait for."""
    said: list[int] = []

    def listen() -> None:
        said.extend(os.read(code_from, 1))
        os.kill(os.getpid(), signal.SIGCHLD)

    threading.Thread(target=listen, name="lookahead-child", daemon=True).start()
    code, until, looks = 1, math.inf, 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _as_ended(os.waitstatus_to_exitcode(status))
        if said and until == math.inf:
            code, until = said[0], time.monotonic() + END_WITHIN
        if looks >= HANGS_AFTER or time.monotonic() >= until:
            return code
        caught = signal.sigtimedwait(numbers, LOOK if looks or said else HOUR)
        if caught is None:
            looks = 1 + looks * _hangs(child) if looks else 0
        elif caught.si_signo in SIGNALS:
            code, looks = (code, looks) if said else (128 + caught.si_signo, 1)
            if caught.si_code <= 0:  # a process has sent it to this one alone; a terminal sends it to the child too
                os.kill(child, caught.si_signo)


def _hangs(process: int) -> bool:
    """Returns whether the main thread of a process is in a call that nothing interrupts, or has ended before others.

    A call to a FUSE mount counts as asleep until a signal comes; one that came just before it does not count.
    """
    about = Path(f"/proc/{process}")
    try:
        status = (about / "stat").read_text(encoding="utf-8", errors="replace")
        waits_in = (about / "wchan").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] in {"D", "Z"} or waits_in == IN_FUSE


def _as_ended(code: int) -> int:
    """Returns the exit code of the child; ends this process by the same signal if that is what ended the child."""
    if code < 0:
        with suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {-code})
        os.kill(os.getpid(), -code)
    return code & 255 if code >= 0 else 128 - code
