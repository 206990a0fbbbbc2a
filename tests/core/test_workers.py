"""What is particular to workers that are processes; what all workers have in common is in the contract."""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest
import worker_functions as functions
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PyQt5.QtCore import QThread

from viewer.core.errors import NotSendableError, WorkerDiedError, WorkerError
from viewer.core.raised import copy_of
from viewer.core.workers.backend import BackEnd, cores, worker_maker
from viewer.core.workers.channel import LARGE, Channel, Message
from viewer.core.workers.pool import PoolThread, WorkerPool
from viewer.core.workers.processes import FUNCTIONS_KEPT, InProcess, TracebackText
from viewer.core.workers.shared_memory import KEPT, SharedMemory
from viewer.core.workers.worker import InThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Make = Callable[..., InProcess]

LONG = 20.0
"""Seconds after which a test has failed rather than waits."""
METHODS = multiprocessing.get_all_start_methods()

pytestmark = [
    # Python 3.12 says that forking a program with threads is not safe, which is why it is not the default.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the tests hear of processes through named pipes"),
]


@pytest.fixture(autouse=True)
def main_without_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares each process importing the test runner, as it would import a user's script."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)


@pytest.fixture
def make() -> Iterator[Callable[..., InProcess]]:
    """Makes workers that are closed in the end."""
    made: list[InProcess] = []

    def make_one(*arguments: Any) -> InProcess:  # noqa: ANN401 - as the worker takes them
        made.append(InProcess(*arguments))
        return made[-1]

    yield make_one
    for each in made:
        each.close()


@pytest.fixture
def worker(make: Make) -> InProcess:
    """A worker started as by default."""
    return make(0)


class Fifo:
    """A named pipe through which processes say that they run, and by its end that they do not any more."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = str(path)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def pids(self, count: int) -> list[int]:
        """Waits for the ids of so many processes."""
        text = b""
        while text.count(b"\n") < count:
            text += self._read()
            assert text, "a process ended before it ran"
        return [int(line) for line in text.split()]

    def wait_for_the_end(self) -> None:
        """Waits until all of them have ended."""
        while self._read():
            pass

    def _read(self) -> bytes:
        assert select.select([self._descriptor], [], [], LONG)[0], "nothing happened"
        return os.read(self._descriptor, 1000)

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def fifo(tmp_path: Path) -> Iterator[Fifo]:
    """A named pipe."""
    with closing(Fifo(tmp_path / "fifo")) as made:
        yield made


@contextmanager
def calling(worker: InProcess, function: Callable[..., object], *arguments: object) -> Iterator[list[BaseException]]:
    """Calls on a thread of its own, which has ended in the end; the list holds what was raised then."""
    raised: list[BaseException] = []

    def call() -> None:
        try:
            worker.call(function, *arguments)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    yield raised
    thread.join(LONG)
    assert not thread.is_alive()


# E2, E3, E6: the factory


@pytest.mark.parametrize("backend", ["greenlets", "", "Threads"])
def test_c9_a_back_end_that_there_is_not_is_refused_and_those_there_are_are_named(backend: str) -> None:
    with pytest.raises(ValueError, match="threads, processes"):
        worker_maker(backend)


@pytest.mark.parametrize("backend", [*BackEnd])
def test_c9_a_start_method_that_there_is_not_is_refused_with_every_back_end(backend: BackEnd) -> None:
    with pytest.raises(ValueError, match="spawn"):
        worker_maker(backend, None, "teleport")
    with pytest.raises(ValueError, match="spawn"):
        InProcess(0, None, "teleport")


def test_e2_the_hook_is_called_in_each_process_that_takes_the_place_of_another(make: Make) -> None:
    worker = make(5, functions.hook)
    worker.start()
    with pytest.raises(WorkerDiedError):
        worker.call(functions.die, 1)
    assert worker.call(functions.hooks) == [5]


def test_e2_a_worker_whose_hook_fails_does_not_take_calls_without_it(make: Make) -> None:
    worker = make(5, functions.failing_hook)
    for _ in range(2):
        with pytest.raises(OSError, match="no licence for 5"):
            worker.call(functions.hooks)


def test_e2_a_hook_that_cannot_be_sent_says_so(make: Make) -> None:
    with pytest.raises(NotSendableError, match="lambda"):
        make(0, lambda _: None).start()


@pytest.mark.parametrize("method", METHODS)
def test_e3_a_worker_made_and_used_in_a_thread_of_qt(method: str) -> None:
    results: list[object] = []

    class Thread(QThread):
        """Makes a worker, calls it and closes it."""

        def run(self) -> None:
            worker = InProcess(0, functions.hook, method)
            worker.start()
            results.extend([worker.call(functions.hooks), worker.call(os.getpid)])
            worker.close()

    thread = Thread()
    thread.start()
    assert thread.wait(int(LONG * 1000))
    assert results[0] == [0]
    assert results[1] != os.getpid()


def test_e3_a_process_starts_with_nothing_heavy(worker: InProcess) -> None:
    assert worker.call(functions.heavy_modules) == []


def test_e6_the_number_of_cores_is_known_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1


# E4: pictures


def test_e4_pictures_may_be_kept_for_ever(worker: InProcess) -> None:
    kept = [worker.call(functions.picture, number) for number in range(50)]
    for number in range(500):
        worker.call(functions.picture, number + 7)
    worker.close()
    assert all((picture == number).all() for number, picture in enumerate(kept))


@pytest.mark.parametrize("function", [functions.picture, functions.mirrored])
def test_e4_pictures_are_read_only(worker: InProcess, function: Callable[[int], Any]) -> None:
    picture = worker.call(function, 3)
    assert picture.shape == (90, 160, 4)
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        picture.flags.writeable = True


def test_e4_pixels_are_not_pickled_wherever_they_stand() -> None:
    pixels = np.zeros((300, 400, 3), np.uint8)
    inner: dict[str, object] = {"mirrored": pixels[:, ::-1], "turned": pixels.T, "file": pixels.tobytes()}
    message = Message.of("result", (pixels, [functions.Holder("x", inner)], bytearray(pixels), pixels.data))
    assert len(message.body) < 2000
    assert sum(map(len, message.buffers)) == 6 * pixels.nbytes


def test_e4_a_small_picture_does_not_keep_the_large_one_beside_it(worker: InProcess) -> None:
    large, small = worker.call(functions.echo, (np.zeros(4 * LARGE, np.uint8), np.zeros(LARGE, np.uint8)))
    assert large.nbytes == 4 * LARGE

    def owner(array: object) -> object:
        while (base := getattr(array, "base", None)) is not None or (base := getattr(array, "obj", None)) is not None:
            array = base
        return array

    assert len(owner(small)) == LARGE  # type: ignore[arg-type]  # it is bytes


def test_e4_pictures_come_where_no_memory_can_be_shared(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SharedMemory, "made", lambda: None)
    assert (make(0).call(functions.picture, 9) == 9).all()


def test_e4_pictures_come_when_there_is_no_room_in_the_shared_memory(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    worker = make(0, None, "fork")
    monkeypatch.setattr(os, "pwrite", full)
    picture = np.full(2 * LARGE, 5, np.uint8)
    assert np.array_equal(worker.call(functions.echo, picture), picture)
    assert (worker.call(functions.picture, 9) == 9).all()


@contextmanager
def channels() -> Iterator[tuple[Channel, Channel]]:
    """Both ends of a way, in this process."""
    one, other = multiprocessing.Pipe()
    ends = Channel(one, SharedMemory.made()), Channel(other, SharedMemory.made())
    try:
        yield ends
    finally:
        for end in ends:
            end.close()


# In the machine's byte order: numpy itself brings dates of the other one back in this one.
numeric = (arrays.scalar_dtypes() | arrays.array_dtypes(max_size=3)).map(lambda dtype: dtype.newbyteorder("="))
values = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | arrays.arrays(numeric, arrays.array_shapes(min_dims=0, min_side=0)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


def comparable(value: object) -> object:
    """Returns ``value`` with something in the place of arrays that is equal only if they are alike."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items()}
    return [comparable(each) for each in value] if isinstance(value, list) else value


def test_e4_whatever_is_sent_arrives() -> None:
    with channels() as (here, there), ThreadPoolExecutor(1) as other_side:

        @given(values, st.lists(st.integers(0, 3 * LARGE), max_size=4))
        def sent(value: object, sizes: list[int]) -> None:
            whole = [value, [bytes([size % 256]) * size for size in sizes], [bytearray(size) for size in sizes]]
            received = other_side.submit(there.receive)
            here.send(Message.of("result", whole, "text"))
            message = received.result(LONG)
            assert (message.kind, message.text) == ("result", "text")
            assert comparable(message.value()) == comparable(whole)

        sent()


def shared_bytes() -> int:
    """Returns the memory that files in memory without names take in this process, each counted once."""
    files = {}
    for each in os.scandir("/proc/self/fd"):
        with suppress(OSError):
            if "memfd:lookahead-worker" in str(Path(each.path).readlink()):
                found = Path(each.path).stat()
                files[found.st_ino] = 512 * found.st_blocks
    return sum(files.values())


def exchanged(here: Channel, there: Channel, value: object) -> Any:  # noqa: ANN401 - as it arrives
    """Sends ``value`` there and an answer back, and returns it as it arrived."""
    here.send(Message.of("result", value))
    arrived = there.receive().value()
    there.send(Message("call"))
    here.receive()
    return arrived


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc")
def test_e4_memory_is_used_again_and_that_for_a_giant_is_given_back() -> None:
    with channels() as (here, there):
        kept = [exchanged(here, there, np.full(LARGE, number, np.uint8)) for number in range(20)]
        held = shared_bytes()
        assert held >= 20 * LARGE
        for number in range(40):  # each takes the place of the one before, of which nothing is left
            assert exchanged(here, there, np.full(LARGE, number, np.uint8))[0] == number
        assert shared_bytes() <= held + 2 * LARGE
        assert [each[-1] for each in kept] == list(range(20))
        assert exchanged(here, there, np.ones(KEPT + 1, np.uint8)).all()
        assert shared_bytes() <= held + 2 * LARGE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_e4_what_a_fork_still_sees_does_not_change() -> None:
    with channels() as (here, there):
        seen = exchanged(here, there, np.full(LARGE, 1, np.uint8))
        go, gone = os.pipe(), os.pipe()
        child = os.fork()
        if not child:
            os.read(go[0], 1)
            os.write(gone[1], seen[:1].tobytes())
            os._exit(0)
        del seen
        for _ in range(3):
            exchanged(here, there, np.full(LARGE, 2, np.uint8))
        os.write(go[1], b"x")
        assert os.read(gone[0], 1) == b"\1"
        os.waitpid(child, 0)
        for end in (*go, *gone):
            os.close(end)


def test_a_memoryview_in_what_could_not_be_sent_does_not_crash_the_collector() -> None:
    def fail() -> None:
        kept: list[BaseException] = []  # the error, its traceback and this frame are a circle
        try:
            Message.of("call", (memoryview(b"abc"), threading.Lock()))
        except TypeError as error:
            kept.append(error)

    for _ in range(10):
        fail()
        gc.collect(0)


# The function


def test_a_function_is_sent_once_to_each_process(make: Make) -> None:
    function = functions.Counted()
    one, other = make(0), make(1)
    assert [one.call(function, number) for number in range(5)] == list(range(5))
    assert function.pickled == 1
    other.call(function, 1)
    assert function.pickled == 2
    with pytest.raises(WorkerDiedError):
        one.call(functions.die, 1)
    one.call(function, 1)
    assert function.pickled == 3


def test_only_the_last_functions_are_remembered(worker: InProcess) -> None:
    many = [functions.Counted() for _ in range(FUNCTIONS_KEPT + 1)]
    for each in [*many, many[-1], many[0]]:
        worker.call(each, 1)
    assert [each.pickled for each in many] == [2] + [1] * FUNCTIONS_KEPT


# C6: death


def test_c6_a_process_that_dies_in_a_call_is_told_and_replaced(worker: InProcess) -> None:
    with pytest.raises(WorkerDiedError, match="code 3"):
        worker.call(functions.die, 3)
    assert [worker.call(functions.echo, number) for number in range(20)] == list(range(20))


@pytest.mark.parametrize("method", METHODS)
def test_c6_a_process_killed_in_a_call_is_told_and_replaced(make: Make, fifo: Fifo, method: str) -> None:
    worker = make(0, None, method)
    with calling(worker, functions.wait_for_ever, fifo.path) as raised:
        os.kill(fifo.pids(1)[0], signal.SIGKILL)
    assert isinstance(raised[0], WorkerDiedError)
    assert "SIGKILL" in str(raised[0])
    assert [worker.call(functions.echo, number) for number in range(20)] == list(range(20))


@pytest.mark.parametrize("method", METHODS)
def test_c6_a_process_that_died_while_idle_is_replaced_without_a_word(make: Make, method: str) -> None:
    worker = make(0, None, method)
    process = psutil.Process(worker.call(os.getpid))
    process.kill()
    for each in multiprocessing.active_children():
        if each.pid == process.pid:
            each.join(LONG)
    assert worker.call(os.getpid) != process.pid


def test_interrupting_ends_the_call_and_the_next_one_is_right(worker: InProcess, fifo: Fifo) -> None:
    with calling(worker, functions.wait_for_ever, fifo.path) as raised:
        fifo.pids(1)
        assert worker.interrupt() is True
    assert isinstance(raised[0], WorkerDiedError)
    assert "given up" in str(raised[0])
    fifo.wait_for_the_end()
    assert worker.call(functions.echo, 1) == 1


def test_closing_from_another_thread_ends_the_call(worker: InProcess, fifo: Fifo) -> None:
    with calling(worker, functions.wait_for_ever, fifo.path) as raised:
        fifo.pids(1)
        worker.close()
    assert isinstance(raised[0], WorkerDiedError)
    fifo.wait_for_the_end()
    with pytest.raises(WorkerDiedError, match="closed"):
        worker.call(functions.echo, 1)


def test_ctrl_c_during_a_call_does_not_leave_its_answer_to_the_next(worker: InProcess, fifo: Fifo) -> None:
    def interrupt() -> None:
        fifo.pids(1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        worker.call(functions.wait_for_ever, fifo.path)
    thread.join()
    assert worker.call(functions.echo, 1) == 1


def test_a_process_leaves_ctrl_c_to_its_parent(worker: InProcess) -> None:
    pid = worker.call(os.getpid)
    os.kill(pid, signal.SIGINT)
    assert worker.call(os.getpid) == pid


@pytest.mark.parametrize("method", METHODS)
def test_closing_leaves_nothing_behind(method: str) -> None:
    def used() -> None:
        worker = InProcess(0, None, method)
        worker.call(functions.picture, 1)
        worker.close()

    def held() -> tuple[int, int, int]:
        gc.collect()  # what other tests left to it
        multiprocessing.active_children()  # lets go of one that took its time
        gc.collect()  # what earlier tests left in circles may hold files
        this = psutil.Process()
        return this.num_fds(), len(this.children(recursive=True)), threading.active_count()

    used()  # the first one starts what serves all
    before = held()
    for _ in range(5):
        used()
    assert all(now <= then for now, then in zip(held(), before, strict=True))  # what was left of others may go


# C7: what cannot be sent


def test_c7_a_function_that_cannot_be_sent_says_why_and_what_to_do(worker: InProcess) -> None:
    with pytest.raises(
        NotSendableError, match=r"lambda.* cannot be sent .*local object.*top level of a module.*threads"
    ):
        worker.call(lambda: None)
    assert worker.call(functions.echo, 1) == 1


def test_c7_an_argument_that_cannot_be_sent_says_why(worker: InProcess) -> None:
    with pytest.raises(NotSendableError, match=r"argument of echo cannot be sent .*cannot pickle '_thread.lock'"):
        worker.call(functions.echo, threading.Lock())
    assert worker.call(functions.echo, 1) == 1


def test_c7_a_function_that_the_process_cannot_find_says_why(
    worker: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(functions, "only_here", only_here, raising=False)
    monkeypatch.setattr(only_here, "__module__", functions.__name__)
    for _ in range(2):
        with pytest.raises(NotSendableError, match=r"only_here.*Can't get attribute.*top level"):
            worker.call(only_here)
    assert worker.call(functions.echo, 1) == 1


def test_c7_a_result_that_cannot_be_sent_says_why(worker: InProcess) -> None:
    pid = worker.call(os.getpid)
    with pytest.raises(NotSendableError, match=r"return_a_lock returned .*cannot pickle '_thread.lock'"):
        worker.call(functions.return_a_lock)
    assert worker.call(os.getpid) == pid


def test_c7_an_error_that_cannot_be_sent_says_why_and_what_it_was(worker: InProcess) -> None:
    pid = worker.call(os.getpid)
    with pytest.raises(
        NotSendableError, match=r"fail_unsendably .*cannot pickle '_thread.lock'.*UnsendableError: out of"
    ):
        worker.call(functions.fail_unsendably)
    with pytest.raises(NotSendableError, match=r"fail_remade .*together again: gone.* It was: .*RemadeError: out of"):
        worker.call(functions.fail_remade)
    with pytest.raises(NotSendableError, match=r"ExceptionGroup: many .*ValueError: first; .*UnsendableError: out of"):
        worker.call(functions.fail_with_parts)
    assert worker.call(os.getpid) == pid


ERRORS: dict[str, Callable[[], BaseException]] = {
    "keyword only": lambda: functions.KeywordError(code=404),
    "more arguments": lambda: functions.UnreturnableError("shot.png", 7),
    "own __reduce__": lambda: functions.OwnError(7),
    "slots": lambda: functions.SlotError(3),
    "of the system": lambda: FileNotFoundError(2, "gone", "shot.png"),
    "of text": lambda: UnicodeDecodeError("utf-8", b"a", 0, 1, "odd"),
    "group": lambda: ExceptionGroup("many", [functions.KeywordError(code=1), ExceptionGroup("more", [KeyError("x")])]),
}


def facts(error: BaseException | None) -> object:
    """Returns what must be the same in another process."""
    if error is None or isinstance(error, TracebackText):
        return None
    fields = {name: value for name, value in vars(error).items() if name != "__notes__"}
    parts = [facts(each) for each in getattr(error, "exceptions", ())]
    args = () if parts else error.args
    notes = getattr(error, "__notes__", [])
    return type(error), str(error), args, fields, getattr(error, "place", None), notes, parts, facts(error.__cause__)


@pytest.mark.parametrize("kind", ERRORS)
def test_c1_an_error_keeps_its_kind_and_all_that_it_says(worker: InProcess, kind: str) -> None:
    error = ERRORS[kind]()
    error.add_note("seen in line 3")
    error.shot = 42  # type: ignore[attr-defined]  # as programs add fields
    error.__cause__ = functions.KeywordError(code=5)
    with pytest.raises(type(error)) as caught:
        worker.call(functions.fail, error)
    expected = facts(error)
    if kind == "own __reduce__":  # it says itself what it is made of
        del error.shot  # type: ignore[attr-defined]  # as above
        expected = facts(error)
    assert facts(caught.value) == expected
    assert facts(copy_of(error)) == facts(error)
    assert "fail" in str(caught.value.__cause__.__cause__)  # type: ignore[union-attr]  # the traceback there


def test_a_function_may_start_processes_and_one_that_outlives_it_keeps_no_caller_waiting(worker: InProcess) -> None:
    assert worker.call(functions.in_a_process, 3) == 3
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        worker.call(functions.fork_and_die)


def only_here() -> None:
    pass


# E5: the end of the parent

SCRIPT = """
import contextlib, os, sys, threading
import worker_functions as functions
from viewer.core.errors import WorkerDiedError
from viewer.core.workers.processes import TracebackText, InProcess

def wait(worker, fifo):
    with contextlib.suppress(WorkerDiedError):
        worker.call(functions.wait_for_ever, fifo)

def main(method, fifo):
    for index in range(3):
        worker = InProcess(index, None, method)
        threading.Thread(target=wait, args=(worker, fifo), daemon=True).start()
    os.read(0, 1)  # not sys.stdin, whose lock a process forked meanwhile would wait for

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A user's program, in which three processes are in the midst of a long call until its input ends."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, "utf-8")
    return path


@contextmanager
def running(script: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    folders = os.pathsep.join(folder for folder in sys.path if folder)
    with subprocess.Popen(
        [sys.executable, str(script), *arguments],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": folders},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("method", METHODS)
def test_e5_processes_end_with_a_parent_that_was_killed(script: Path, fifo: Fifo, method: str) -> None:
    with running(script, method, fifo.path) as parent:
        assert len(fifo.pids(3)) == 3
        parent.kill()
        fifo.wait_for_the_end()


@pytest.mark.parametrize("method", METHODS)
def test_e5_a_program_ends_in_the_midst_of_long_calls(script: Path, fifo: Fifo, method: str) -> None:
    with running(script, method, fifo.path) as parent:
        assert len(fifo.pids(3)) == 3
        _, told = parent.communicate(timeout=LONG)
        assert (parent.returncode, told) == (0, b"")
        fifo.wait_for_the_end()


@pytest.mark.parametrize("method", sorted({*METHODS} - {"fork"}))
def test_e5_a_script_that_does_not_guard_its_own_work_is_told_so(tmp_path: Path, method: str) -> None:
    path = tmp_path / "unguarded.py"
    path.write_text(
        "from viewer.core.workers.processes import InProcess\n"
        f"worker = InProcess(0, None, {method!r})\n"
        "worker.call(int, '1')\n",
        "utf-8",
    )
    with running(path) as process:
        _, told = process.communicate(timeout=LONG)
        assert process.returncode == 1
    last_line = told.decode().rstrip().rpartition("\n")[2]
    assert last_line.startswith(f"{WorkerError.__module__}.WorkerError: ")
    assert "if __name__ == '__main__':" in last_line


def test_a_worker_that_still_starts_gets_no_job() -> None:
    starting, may_start, ran = threading.Event(), threading.Event(), queue.SimpleQueue[int]()

    class Slow(InThread):
        def call(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - as a worker
            starting.set()
            assert may_start.wait(10)
            return super().call(function, *arguments)

    def job(thread: PoolThread) -> None:
        assert isinstance(thread.worker, Slow)
        ran.put(thread.worker.index)

    lock, jobs = threading.RLock(), [job]
    pool = WorkerPool(lock, lambda: jobs.pop() if jobs else None, Slow, 2, "slow", starts_together=2)
    with lock:
        pool.wake()
    assert ran.get(timeout=10) == 0
    assert starting.wait(10)
    with lock:
        jobs += [job] * 3
        pool.wake()
    assert [ran.get(timeout=10) for _ in range(3)] == [0, 0, 0]
    may_start.set()
    assert pool.close(10)
