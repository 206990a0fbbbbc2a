"""Calls functions in a process of their own, which may hold its GIL, crash or be ended without harm to this one.

Messages are pickled, by us and for our own child only; the pixels of arrays and large bytes are not, they go through
shared memory (:mod:`viewer.core.workers.channel`).
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
import traceback
import weakref
from contextlib import suppress
from functools import cache
from multiprocessing import connection as pipes
from typing import TYPE_CHECKING, Any, TypeVar

from viewer.core.calling import called
from viewer.core.errors import NotSendableError, WorkerDiedError, WorkerError
from viewer.core.forks import after_fork, lock_anew
from viewer.core.records import dataclass
from viewer.core.values import held_value, prepared
from viewer.core.workers.channel import Channel, Message
from viewer.core.workers.shared_memory import SharedMemory

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")

FUNCTIONS_KEPT = 8
"""Functions that a process remembers, so that each is sent once and not with every call."""
ENDS_WITHIN = 0.05
"""Seconds that an idle process has for ending by itself, and then again for being ended."""

_UNGUARDED = (
    "A script that starts processes must do its own work under `if __name__ == '__main__':`, because each process "
    "imports the script to find its functions. Or use threads."
)

# The kinds of messages
_CALL, _HOOK, _END = "call", "hook", "end"
_READY, _RESULT, _ERROR, _UNREAD, _UNSENDABLE = "ready", "result", "error", "unread", "unsendable"

_starting = threading.Lock()
lock_anew(sys.modules[__name__], "_starting")
"""Held while a process is started: one that is forked meanwhile would inherit its end of the pipe and keep it open."""

_workers: weakref.WeakSet[InProcess] = weakref.WeakSet()
"""Those that may have a process, for ending it when the program ends; under :data:`_starting`."""
after_fork(sys.modules[__name__], lambda _: _workers.clear())  # they are the parent's


class TracebackText(Exception):  # noqa: N818 - not an error, but where one came from
    """The cause of an error that came from a process: its traceback there, which cannot be handed over as such."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


@dataclass(eq=False)
class InProcess:
    """A worker whose functions run in one child process, which is started when first needed and replaced if it died.

    Functions, arguments and results must be picklable, and functions importable by the child: defined at the top level
    of a module or script. The child remembers the last functions it got, so what changes in a function's own data later
    is not seen there. Buffers in arguments and results arrive read-only, and never change.

    The child ends with this process, however that ends. It ignores Ctrl+C, which this process decides about.

    Attributes:
        index: which worker it is, from 0.
        hook: called with ``index`` in each new child, before the first call.
        start_method: "forkserver" (the default where there is one), "spawn" (the default elsewhere), or "fork", which
            starts soonest but copies a program while its other threads are at work: a lock that one of them holds
            stays locked in the child for ever. One that this system does not have is a ValueError.
    """

    index: int
    hook: Callable[[int], object] | None = None
    start_method: str | None = None

    def __post_init__(self) -> None:
        self.start_method = start_method_named(self.start_method)
        self._functions: list[Callable[..., object] | None] = []
        self._next_slot = 0
        # Used by several threads
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._busy = False
        self._is_interrupted = False
        self._closed = False

    def start(self) -> None:
        """Starts a child if there is a hook to call; else the first call does."""
        if self.hook is not None:
            self._within_turn(self._ready_child)

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """Calls ``function`` in the child; for errors see :class:`viewer.core.workers.worker.Worker`."""
        result: T = self._within_turn(lambda: self._ask(self._ready_child(), _CALL, function, arguments))
        return result

    def interrupt(self) -> bool:
        """Ends the child if a call is under way; returns whether one was."""
        with self._lock:
            if not self._busy:
                return False
            self._is_interrupted = True
            if self._child is not None:
                self._child.kill()
            return True

    def close(self) -> None:
        """Ends the child; a call under way ends by WorkerDiedError. Any thread."""
        with self._lock:
            self._closed = True
            child = self._child
            if self._busy:  # the thread in the call tidies up
                if child is not None:
                    child.kill()
                return
            self._child = None
        if child is not None:
            child.end()

    def kill(self) -> None:
        """Ends the child at once, without waiting for it, and starts no other; for the end of the program."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.kill()

    def _within_turn(self, work: Callable[[], T]) -> T:
        with self._lock:
            self._refuse_if_closed()
            self._busy, self._is_interrupted = True, False
        try:
            return work()
        finally:
            with self._lock:
                self._busy = False
                over = self._child if self._closed or self._is_interrupted else None
                if over is not None:
                    self._child = None
            if over is not None:
                over.end()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise WorkerDiedError("The worker has been closed; make a new one.")

    def _ready_child(self) -> _Child:
        """Returns the living child, a new one if need be."""
        if self._child is not None:
            if self._child.is_alive:
                return self._child
            self._drop()
        self._functions = [None] * FUNCTIONS_KEPT
        with _starting:
            _workers.add(self)
            _register_for_the_end(os.getpid())
            child = _Child(self.index, self.start_method)
        with self._lock:
            self._child = child
            if self._is_interrupted or self._closed:
                child.kill()
        try:
            child.wait_until_ready()
        except (OSError, EOFError):
            how = self._drop()
            self._raise_if_ended_on_demand()
            raise WorkerError(f"A worker process could not be started, it {how}. {_UNGUARDED}") from None
        except BaseException:  # Ctrl+C: the next call must not find one that is not ready
            self._drop(kill=True)
            raise
        if self.hook is not None:
            try:
                self._ask(child, _HOOK, self.hook, (self.index,))
            except BaseException:
                self._drop()  # the next call must not find one that has no hook
                raise
        return child

    def _ask(self, child: _Child, kind: str, function: Callable[..., object], arguments: tuple[object, ...]) -> Any:  # noqa: ANN401 - the result of the function
        slot, known = self._slot(function)
        message = _request(kind, slot, function, arguments, with_function=not known)
        try:
            child.channel.send(message)
            self._functions[slot] = function
            del message  # the child has its own now
            answer = child.channel.receive()
        except (OSError, EOFError):
            how = self._drop()
            self._raise_if_ended_on_demand()
            raise WorkerDiedError(f"The worker process {how} before it answered.") from None
        except BaseException:  # Ctrl+C: the answer would come to the next call
            self._drop(kill=True)
            raise
        if answer.kind == _UNREAD:
            self._functions[slot] = None
        return _opened(answer, _name(function))

    def _slot(self, function: Callable[..., object]) -> tuple[int, bool]:
        """Returns the number by which the child knows ``function``, and whether it knows it already."""
        for slot, known in enumerate(self._functions):
            if known is function:
                return slot, True
        self._next_slot = (self._next_slot + 1) % FUNCTIONS_KEPT
        return self._next_slot, False

    def _drop(self, *, kill: bool = False) -> str:
        """Ends the child, if there is one, and says in words how it ended."""
        with self._lock:
            child, self._child = self._child, None
        return "ended" if child is None else child.end(kill=kill)

    def _raise_if_ended_on_demand(self) -> None:
        with self._lock:
            if self._is_interrupted:
                raise WorkerDiedError("The worker process was ended because its call was given up.") from None
            self._refuse_if_closed()


class _Child:
    """A child process and the way to it, seen from the parent."""

    def __init__(self, index: int, start_method: str | None) -> None:
        context: Any = multiprocessing.get_context(start_method)  # typeshed knows no Process of the base class
        ours, theirs = context.Pipe()
        memory = SharedMemory.made()
        self.channel = Channel(ours, memory)
        # A daemon, or the program would wait for it when it ends.
        self._process: BaseProcess = context.Process(
            target=_serve, args=(theirs, memory is not None), name=f"lookahead-worker-{index}", daemon=True
        )
        try:
            self._process.start()
        except Exception as error:  # noqa: BLE001 - raised again
            self.channel.close()
            # multiprocessing says the same in fifteen lines.
            reason = _UNGUARDED if "bootstrapping" in str(error) else _reason(error)
            raise WorkerError(f"A worker process could not be started: {reason}") from None
        finally:
            theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def wait_until_ready(self) -> None:
        """Waits until it can take calls; raises OSError or EOFError if it ended."""
        self.channel.receive()

    def kill(self) -> None:
        """Ends it at once; does not wait."""
        with suppress(OSError):  # it has just ended
            self._process.kill()

    def end(self, *, kill: bool = False) -> str:
        """Ends it and says in words how it ended; within twice :data:`ENDS_WITHIN`."""
        if kill:
            self.kill()
        with suppress(OSError):
            self.channel.send(Message(_END))
        self.channel.close()
        self._process.join(ENDS_WITHIN)
        if self._process.is_alive():
            self.kill()
            self._process.join(ENDS_WITHIN)
        # Not Process.close(): at the end of the program multiprocessing still looks at those it knows.
        return _in_words(self._process.exitcode)


def start_method_named(name: str | None) -> str:
    """Returns the start method called ``name``, or the best one here; ValueError for one that this system has not."""
    names = multiprocessing.get_all_start_methods()
    if name is None:
        return "forkserver" if "forkserver" in names else "spawn"
    if name not in names:
        raise ValueError(f"There is no start method {name!r} here. Choose one of {', '.join(names)}.")
    return name


def _in_words(code: int | None) -> str:
    if code is None:
        return "stopped answering"
    if code >= 0:
        return f"exited with code {code}"
    name = signal.Signals(-code).name if -code in {*signal.Signals} else f"signal {-code}"
    return f"was ended by {name}" + (", as the system does when memory runs out," if name == "SIGKILL" else "")


def _name(function: object) -> str:
    """Returns the name of ``function`` for messages."""
    function = getattr(function, "func", function)  # of a partial
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _request(
    kind: str, slot: int, function: Callable[..., object], arguments: tuple[object, ...], *, with_function: bool
) -> Message:
    try:
        return Message.of(kind, (slot, function if with_function else None, arguments))
    except Exception as error:  # noqa: BLE001 - raised below
        reason = _reason(error)
    # Pickled once more, to find which of them it was.
    try:
        Message.of(kind, function)
    except Exception as error:
        raise NotSendableError(
            f"{_name(function)} cannot be sent to another process: {_reason(error)} Define it at the top level of a "
            "module, with nothing in it that belongs to this process, or use threads."
        ) from error
    raise NotSendableError(
        f"An argument of {_name(function)} cannot be sent to another process: {reason} Pass something that can be "
        "pickled, such as a path, or use threads."
    )


def _opened(answer: Message, name: str) -> Any:  # noqa: ANN401 - the result of the function
    """Returns the result of a function, or raises its error."""
    try:
        value = answer.value()
    except Exception as error:
        reason = _reason(error)
        if answer.kind != _ERROR:
            raise NotSendableError(f"The result of {name} cannot be put together again: {reason}") from error
        value = NotSendableError(
            f"The error that {name} raised cannot be put together again: {reason} It was: {_last_line(answer.text)}"
        )
    if answer.kind in {_UNREAD, _UNSENDABLE}:
        value = NotSendableError(f"{name}{value}")
    elif answer.kind == _RESULT:
        return value
    elif not isinstance(value, BaseException):
        value = NotSendableError(f"{name} raised an error that became {value!r}. It was: {_last_line(answer.text)}")
    try:
        # Behind its own causes, which have come with it.
        first, seen = value, {id(value)}
        while first.__cause__ is not None and id(first.__cause__) not in seen:
            first = first.__cause__
            seen.add(id(first))
        object.__setattr__(first, "__cause__", TracebackText(answer.text))  # its class may be a frozen one
        raise value
    finally:
        del value, first  # or they and their tracebacks would keep each other


def _reason(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text if text.endswith(".") else f"{text}."


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


@cache
def _register_for_the_end(pid: int) -> None:
    # Runs before multiprocessing's own, which asks processes kindly to end and then waits for them without a limit.
    atexit.register(_end_all, pid)


def _end_all(pid: int) -> None:
    if os.getpid() == pid:  # the workers of a program are not its forks' to end
        # Kept for good: no process is started any more, nor left half started, which it would complain of.
        _starting.acquire(timeout=1.0)
        for worker in list(_workers):
            worker.kill()


# In the child process


def _serve(connection: Connection, shares_memory: bool) -> None:  # noqa: FBT001 - Process passes arguments by position
    """Answers calls until the parent sends the end, or has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    multiprocessing.current_process().daemon = False  # or its functions could start no processes of their own
    if hasattr(os, "register_at_fork"):  # they must not keep this way open when this process has ended
        os.register_at_fork(after_in_child=connection.close)
    threading.Thread(target=_end_with_parent, name="lookahead-parent", daemon=True).start()
    functions: list[Any] = [None] * FUNCTIONS_KEPT
    with suppress(OSError, EOFError):  # the parent has gone
        channel = Channel(connection, SharedMemory() if shares_memory else None)
        channel.send(Message(_READY))
        while (request := channel.receive()).kind != _END:
            answer = _answer(request, functions)
            del request
            channel.send(answer)
            del answer  # or an idle process would keep its last result


def _answer(request: Message, functions: list[Any]) -> Message:
    try:
        slot, function, arguments = request.value()
    except Exception as error:  # noqa: BLE001 - sent back
        reason = f", or an argument of it, cannot be understood by another process: {_reason(error)} "
        return Message.of(
            _UNREAD, reason + "Define it at the top level of a module, or use threads.", _traceback(error)
        )
    if function is not None:
        functions[slot] = function
    try:
        result = held_value(prepared(called(functions[slot], *arguments), freeze=False))  # images are read here
    except BaseException as error:  # noqa: BLE001 - sent back; the process lives on
        for _ in range(2):  # from the function on
            error.__traceback__ = error.__traceback__ and (error.__traceback__.tb_next or error.__traceback__)
        text = _traceback(error)
        try:
            try:
                return Message.of(_ERROR, error, text)
            except Exception:  # noqa: BLE001 - perhaps its cause cannot be sent, which the text tells
                error.__cause__ = None
                return Message.of(_ERROR, error, text)
        except Exception as unsendable:  # noqa: BLE001 - sent back
            reason = f" raised an error that cannot be sent back: {_reason(unsendable)} It was: {_last_line(text)}"
            return Message.of(_UNSENDABLE, reason, text)
    try:
        return Message.of(_RESULT, None if request.kind == _HOOK else result)
    except Exception as error:  # noqa: BLE001 - sent back
        reason = f" returned something that cannot be sent back: {_reason(error)} Return arrays or plain values, or "
        return Message.of(_UNSENDABLE, reason + "use threads.", _traceback(error))


def _traceback(error: BaseException) -> str:
    text = "".join(traceback.format_exception(error))
    return f"{text}{_in_short(error)}\n" if isinstance(error, BaseExceptionGroup) else text


def _in_short(error: BaseException) -> str:
    """Returns an error in one line, with the parts of a group."""
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__qualname__}: {error}: {'; '.join(map(_in_short, error.exceptions))}"
    return traceback.format_exception_only(error)[-1].strip()


def _end_with_parent() -> None:
    """Ends this process at once when the parent has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        pipes.wait([parent.sentinel])
        os._exit(1)
