"""Frames handed on: a dask array whose tasks load by themselves, and a dataset that each process opens for itself."""

from __future__ import annotations

import copy
import importlib
import multiprocessing
import os
import pickle
import sys
import threading
from concurrent.futures import Future
from operator import neg
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pytest

from viewer.core import export
from viewer.core.export import to_dask, to_torch
from viewer.core.frame import Frame
from viewer.core.views.side_by_side import Mapped
from viewer.core.views.view import LazyView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SHAPE = (4, 6, 3)


def picture(number: int) -> NDArray[np.uint8]:
    """Makes frame ``number``, read-only as those that are kept in memory."""
    made = np.full(SHAPE, number % 256, np.uint8)
    made[0, 0] = (1, 2, 3)
    made.flags.writeable = False
    return made


def pictures(count: int) -> NDArray[np.uint8]:
    """Makes what the first ``count`` frames are as one array."""
    return np.stack([picture(number) for number in range(count)])


class LiveFrames(LazyView[Any]):
    """Stands for frames that load in the background: of use only in the process that made them."""

    def __init__(self, load: Callable[[int], Any], number: int) -> None:
        self.load = load
        self.number = number
        self.asked: list[int] = []
        self.begun: list[int] = []
        self.process = os.getpid()
        self.threads = threading.Lock()  # as threads and locks, it cannot be copied or pickled

    def __len__(self) -> int:
        return self.number

    def __reduce__(self) -> tuple[Any, ...]:
        return LiveFrames, (self.load, self.number)

    def plain(self) -> Sequence[Any]:
        return Mapped(self.load, range(self.number))

    def future(self, position: int) -> Future[Any]:
        self.begun.append(position)
        answer: Future[Any] = Future()
        answer.set_result(self._item(position))
        return answer

    def _item(self, position: int) -> Any:  # noqa: ANN401 - any frame
        assert self.process == os.getpid(), "its threads are in another process"
        self.asked.append(position)
        return self.load(position)


# dask


@pytest.fixture
def dask() -> Any:  # noqa: ANN401 - it need not be installed
    """Gives dask, with the scheduler that runs tasks right here."""
    module = pytest.importorskip("dask")
    with module.config.set(scheduler="synchronous"):
        yield module


@pytest.mark.parametrize("frames_per_chunk", [1, 3, 20])
def test_a_dask_array_holds_the_frames(dask: Any, frames_per_chunk: int) -> None:  # noqa: ANN401 - a module
    array = to_dask([picture(number) for number in range(10)], frames_per_chunk)
    assert dask.is_dask_collection(array)
    assert (array.shape, array.dtype, array.ndim) == ((10, *SHAPE), np.uint8, 4)
    assert array.chunks[0] == {1: (1,) * 10, 3: (3, 3, 3, 1), 20: (10,)}[frames_per_chunk]
    assert array.chunks[1:] == tuple((each,) for each in SHAPE)
    np.testing.assert_array_equal(array.compute(), pictures(10))
    np.testing.assert_array_equal(array.mean(axis=0).compute(), pictures(10).mean(axis=0))


@pytest.mark.parametrize(
    "key",
    [
        np.s_[3],
        np.s_[-1, 1:, ::2, 0],
        np.s_[2:9:3],
        np.s_[::-2, ..., 1],
        np.s_[5:5],
        np.s_[:, 2, ::-1],
        np.s_[[7, 1, 1]],
        np.s_[:, np.newaxis, 0],
    ],
)
@pytest.mark.usefixtures("dask")
def test_a_part_of_a_dask_array_is_that_of_the_frames(key: Any) -> None:  # noqa: ANN401 - any index
    array = to_dask(LiveFrames(picture, 10), 4)
    np.testing.assert_array_equal(array[key].compute(), pictures(10)[key])


@pytest.mark.usefixtures("dask")
def test_only_the_frames_that_are_needed_are_loaded_and_by_the_task_itself() -> None:
    loaded: list[int] = []

    def load(number: int) -> NDArray[np.uint8]:
        loaded.append(number)
        return picture(number)

    live = LiveFrames(load, 1000)
    array = to_dask(live)
    assert (loaded, live.asked) == ([0], [0])
    np.testing.assert_array_equal(array[500].compute(), picture(500))
    assert (loaded, live.asked) == ([0, 500], [0])  # not by the frames that load in the background


def test_the_graph_can_be_sent_to_a_cluster_with_functions_of_any_kind(dask: Any) -> None:  # noqa: ANN401 - a module
    cloudpickle = pytest.importorskip("cloudpickle")
    factor = 2
    mapped = Mapped(lambda frame: frame * factor, LiveFrames(picture, 6))[::-1]
    graph = dict(to_dask(mapped, 2).__dask_graph__())
    sent = cloudpickle.loads(cloudpickle.dumps(graph))
    keys = [key for key in sent if isinstance(key, tuple)]
    found = [dask.get(sent, key) for key in sorted(keys)]
    np.testing.assert_array_equal(np.concatenate(found), pictures(6)[::-1] * 2)
    assert "LiveFrames" not in str(pickle.dumps(to_dask(LiveFrames(picture, 6)).__dask_graph__()))


@pytest.mark.usefixtures("dask")
def test_the_names_of_two_arrays_differ_because_files_change() -> None:
    frames = [picture(1)]
    assert to_dask(frames).name != to_dask(frames).name


@pytest.mark.usefixtures("dask")
def test_frames_of_the_viewer_and_numbers_become_arrays() -> None:
    frame = Frame((np.arange(24, dtype=np.uint8).reshape(2, 3, 4),))
    np.testing.assert_array_equal(to_dask([frame]).compute()[0], frame.array())
    assert to_dask([1.5, 2.5]).compute().tolist() == [1.5, 2.5]


@pytest.mark.usefixtures("dask")
def test_a_frame_unlike_the_first_is_told_and_what_is_no_array_is_refused() -> None:
    array = to_dask([picture(0), picture(1)[:2], picture(2)])
    np.testing.assert_array_equal(array[2].compute(), picture(2))
    with pytest.raises(ValueError, match=r"Frame 1 is of shape \(2, 6, 3\) and dtype uint8, but the first is of shape"):
        array.compute()
    with pytest.raises(TypeError, match="is no array but of bytes"):
        to_dask([b"bytes"])
    with pytest.raises(ValueError, match="no frames"):
        to_dask([])
    with pytest.raises(ValueError, match="at least 1 frame, not 0"):
        to_dask([picture(0)], 0)


@pytest.mark.parametrize(("make", "package"), [(to_dask, "dask"), (to_torch, "torch")])
def test_without_the_library_the_error_tells_how_to_get_it(
    make: Callable[[Sequence[Any]], Any], package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dask.array", "torch.utils.data", "dask", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"needs {package}: pip install 'lookahead\[{package}\]'\."):
        make([picture(0)])


# PyTorch, or what stands in for it: all that is needed of it is the class that datasets derive from

T = TypeVar("T")


class StandInDataset(Generic[T]):
    """``torch.utils.data.Dataset``, which is hardly more than a name."""


@pytest.fixture
def torch_dataset(monkeypatch: pytest.MonkeyPatch) -> type:
    """Gives the class of PyTorch's datasets, or one that stands in for it where PyTorch is not installed."""
    try:
        found: type = importlib.import_module("torch.utils.data").Dataset
    except ImportError:
        modules = {name: ModuleType(name) for name in ("torch", "torch.utils", "torch.utils.data")}
        vars(modules["torch.utils.data"])["Dataset"] = StandInDataset
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        return StandInDataset
    return found


def test_a_dataset_holds_the_frames_and_loads_nothing_before(torch_dataset: type) -> None:
    live = LiveFrames(picture, 5)
    dataset: Any = to_torch(live)
    assert issubclass(type(dataset), torch_dataset)
    assert (len(dataset), live.asked) == (5, [])
    for number in (0, 3, -1, np.int64(2)):
        np.testing.assert_array_equal(dataset[number], picture(int(number) % 5))
    assert live.asked == [0, 3, 4, 2]
    with pytest.raises(IndexError):
        dataset[5]


@pytest.mark.usefixtures("torch_dataset")
def test_a_dataset_gives_arrays_that_cannot_damage_those_in_memory() -> None:
    kept = [picture(1)]
    item = to_torch(kept)[0]
    item[:] = 0
    np.testing.assert_array_equal(kept[0], picture(1))
    own = np.zeros(3)
    assert to_torch([own])[0] is own  # whoever may write to it anyway
    assert to_torch([b"bytes"])[0] == b"bytes"


@pytest.mark.usefixtures("torch_dataset")
def test_a_dataset_makes_of_each_frame_what_the_transform_does() -> None:
    assert to_torch([1, 2, 3], neg)[1] == -2
    assert to_torch([1, 2, 3], neg).__getitems__([2, 0]) == [-3, -1]


@pytest.mark.usefixtures("torch_dataset")
def test_a_batch_is_begun_as_a_whole_where_frames_load_in_the_background() -> None:
    live = LiveFrames(neg, 10)
    assert to_torch(live).__getitems__([7, 2, 9]) == [-7, -2, -9]
    assert live.begun == [7, 2, 9]
    assert to_torch(Mapped(neg, live)).__getitems__([7, 2]) == [7, 2]


def ask(dataset: Any, answers: Any) -> None:  # noqa: ANN401 - what multiprocessing hands over
    """Runs in another process: asks for all frames, and tells what came or the error."""
    try:
        answers.put([dataset[index] for index in range(len(dataset))])
    except BaseException as error:  # noqa: BLE001 - told to the test
        answers.put(repr(error))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("torch_dataset")
def test_each_forked_process_opens_its_own_whatever_the_functions_are() -> None:
    live = LiveFrames(lambda number: -number, 4)
    dataset = to_torch(Mapped(lambda number: 2 * number, live)[1:], lambda number: number - 1)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    processes = [context.Process(target=ask, args=(dataset, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    assert [answers.get() for _ in processes] == [[-3, -5, -7]] * 2
    for process in processes:
        process.join()
        process.close()
    assert live.asked == []
    assert dataset[0] == -3  # here nothing has changed
    assert live.asked == [1]


@pytest.mark.usefixtures("torch_dataset")
def test_a_pickled_dataset_opens_its_own() -> None:
    live = LiveFrames(neg, 4)
    copied = pickle.loads(pickle.dumps(to_torch(Mapped(abs, live)[::-1], neg)))  # noqa: S301 - our own
    assert [copied[index] for index in range(len(copied))] == [-3, -2, -1, 0]
    assert live.asked == []


def test_a_copy_of_frames_that_load_in_the_background_is_what_the_protocol_says() -> None:
    live = LiveFrames(neg, 4)
    assert isinstance(live, export.Live)
    assert list(copy.copy(live)) == list(live.plain()) == list(live)
