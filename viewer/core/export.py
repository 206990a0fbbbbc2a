"""Frames handed on to where one machine ends: a dask array for a cluster, a PyTorch dataset for training.

Both work from a recipe, never from threads or memory of this process. Frames that load in the background give it (see
:class:`Live`); views of them need nothing of their own. dask and PyTorch are imported only here, when asked for.
"""

from __future__ import annotations

import copy
import importlib
import operator
import os
import threading
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, runtime_checkable

from viewer.core.frame import Frame
from viewer.core.loaded import loaded
from viewer.core.views.view import rebased

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class Live(Protocol[T_co]):
    """Frames that load in the background: what cannot be taken to another process as it is.

    ``copy.copy`` and pickle make a twin of the same arguments, with threads and a memory of its own, that has loaded
    nothing. No thread of the first need be alive for that.
    """

    def plain(self) -> Sequence[T_co]:
        """Returns the same items as a sequence that can be pickled, and loads one when asked, right there."""


def to_dask(frames: Sequence[Any], frames_per_chunk: int = 1) -> Any:  # noqa: ANN401 - dask need not be installed
    """Returns the frames as one ``dask.array.Array`` whose first axis counts them; loads the first of them, blocking.

    Each task loads its own frames by itself, on whatever machine it runs, so the files must be found under the same
    path there; nothing of this process is used. It has the frames that there are now.

    >>> to_dask(frames).mean(axis=0).compute()  # doctest: +SKIP

    Args:
        frames: arrays, or what numpy makes arrays of, all of one shape and dtype.
        frames_per_chunk: how many frames one task loads, at least 1.

    Raises:
        ImportError: dask or numpy is not installed.
        TypeError: the first frame is no array of numbers.
        ValueError: there are no frames, or ``frames_per_chunk`` is less than 1. In a task: a frame is of another shape
            or dtype than the first.
    """
    if frames_per_chunk < 1:
        raise ValueError(f"A chunk holds at least 1 frame, not {frames_per_chunk}.")
    dask = _needed("dask.array", "dask")
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    if not len(frames):
        raise ValueError("There are no frames, so their shape is not known.")
    first = _array(frames[0])
    if first.dtype.kind not in "biufc":
        raise TypeError(
            f"The first frame is no array but of {type(frames[0]).__name__}: map the frames to arrays first."
        )
    plain = rebased(frames, lambda sequence: sequence.plain() if isinstance(sequence, Live) else sequence)
    return dask.from_array(
        Stack(plain, (len(frames), *first.shape), first.dtype),
        chunks=(frames_per_chunk, *first.shape),
        name=False,  # what the files hold may be another the next time: not the same array
        meta=np.empty((0,) * (first.ndim + 1), first.dtype),
    )


def to_torch(frames: Sequence[Any], transform: Callable[[Any], Any] | None = None) -> Any:  # noqa: ANN401 - the same for torch
    """Returns the frames as a map-style ``torch.utils.data.Dataset``; loads nothing yet.

    In the process that made it the dataset asks ``frames`` themselves. In a ``DataLoader``'s worker processes, forked
    or spawned, each has a twin of its own. A batch is asked for at once, so that its frames load side by side. Arrays
    are copies that may be written to. Spawned workers need ``frames`` and ``transform`` that can be pickled.

    Args:
        frames: the frames, of any kind.
        transform: what is made of each frame, in the process that asks; the frame itself by default.

    Raises:
        ImportError: PyTorch is not installed.
    """
    dataset = _needed("torch.utils.data", "torch").Dataset
    kind: Callable[..., ByIndex] = type("FrameDataset", (ByIndex, dataset), {})
    return kind(frames, transform)


class Stack:
    """Frames of one shape as one array, as far as ``dask.array.from_array`` needs it: it takes numbers and slices.

    Attributes:
        shape: the number of frames, and the shape of each.
        dtype: of each.
        ndim: the number of axes.
    """

    def __init__(self, frames: Sequence[Any], shape: tuple[int, ...], dtype: Any) -> None:  # noqa: ANN401 - numpy's
        self._frames = frames
        self.shape = shape
        self.dtype = dtype
        self.ndim = len(shape)

    def __getitem__(self, key: tuple[SupportsIndex | slice, ...]) -> NDArray[Any]:
        import numpy as np  # noqa: PLC0415 - the core is of use without numpy

        first, *rest = key
        if not isinstance(first, slice):
            return self._frame(range(self.shape[0])[first])[tuple(rest)]
        cut = np.empty(self.shape[1:], np.bool_)[tuple(rest)].shape
        positions = range(self.shape[0])[first]
        frames = np.empty((len(positions), *cut), self.dtype)
        for place, position in enumerate(positions):
            frames[place] = self._frame(position)[tuple(rest)]
        return frames

    def _frame(self, position: int) -> NDArray[Any]:
        frame = _array(self._frames[position])
        if frame.shape != self.shape[1:] or frame.dtype != self.dtype:
            raise ValueError(
                f"Frame {position} is of shape {frame.shape} and dtype {frame.dtype}, but the first is of shape "
                f"{self.shape[1:]} and dtype {self.dtype}: map them to the same first."
            )
        return frame


class ByIndex:
    """What a map-style dataset does, for any process; any thread."""

    def __init__(self, frames: Sequence[Any], transform: Callable[[Any], Any] | None) -> None:
        self._frames = frames
        self._transform = transform
        self._process = os.getpid()
        self._opening = threading.Lock()

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: SupportsIndex) -> Any:  # noqa: ANN401 - a frame, or what the transform makes of it
        return self._made(self._own()[operator.index(index)])

    def __getitems__(self, indices: Sequence[SupportsIndex]) -> list[Any]:
        """Returns the items of a batch; PyTorch calls it where there is one."""
        frames = self._own()
        future: Callable[[int], Future[Any]] | None = getattr(frames, "future", None)
        if future is None:
            return [self._made(frames[operator.index(index)]) for index in indices]
        begun = [future(operator.index(index)) for index in indices]
        return [self._made(each.result()) for each in begun]

    def __reduce__(self) -> tuple[Any, ...]:
        return to_torch, (self._frames, self._transform)

    def _own(self) -> Sequence[Any]:
        """Returns the frames of this process: a forked one has the memory of the first, but not its threads."""
        if self._process != os.getpid():
            with self._opening:
                if self._process != os.getpid():
                    self._frames = rebased(self._frames, _twin)
                    self._process = os.getpid()
        return self._frames

    def _made(self, frame: Any) -> Any:  # noqa: ANN401 - whatever the frames are
        numpy = loaded("numpy")
        if numpy is not None and isinstance(frame, numpy.ndarray) and not frame.flags.writeable:
            frame = frame.copy()  # a tensor of it would share the memory of the frame that others look at
        return frame if self._transform is None else self._transform(frame)


def _twin(sequence: Sequence[Any]) -> Sequence[Any]:
    return copy.copy(sequence) if isinstance(sequence, Live) else sequence


def _array(frame: Any) -> NDArray[Any]:  # noqa: ANN401 - what numpy can make an array of
    import numpy as np  # noqa: PLC0415 - the core is of use without numpy

    return frame.array() if isinstance(frame, Frame) else np.asarray(frame)


def _needed(module: str, package: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"This needs {package}: pip install 'lookahead[{package}]'.") from error
