"""Lazy sequences: each equals the same operation on lists, computes only what is asked for, and sees what is added."""

from __future__ import annotations

import inspect
import itertools
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import add, mul, neg
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from viewer.core.views.batched import Batched, Split, Unbatched
from viewer.core.views.indexed import Indexed
from viewer.core.views.inspected import Inspected
from viewer.core.views.joined import Concatenated, Interleaved
from viewer.core.views.repeated import Cycled, Repeated
from viewer.core.views.side_by_side import Collated, Mapped, Switched
from viewer.core.views.view import LazyView, Reordered, reaches, rebased, sliced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Case = tuple[Sequence[Any], list[Any]]  # a view and the list that it must equal

# How each view is drawn, with its counterpart on lists


def made_mapped(draw: st.DrawFn, one: Case, other: Case) -> Case:
    if draw(st.booleans()):
        return Mapped(repr, one[0]), [repr(each) for each in one[1]]
    return Mapped(lambda x, y: (y, x), one[0], other[0]), [(y, x) for x, y in zip(one[1], other[1], strict=False)]


def made_collated(_draw: st.DrawFn, one: Case, other: Case) -> Case:
    return Collated(one[0], other[0]), list(zip(one[1], other[1], strict=False))


def made_switched(draw: st.DrawFn, one: Case, other: Case) -> Case:
    which = draw(st.lists(st.booleans() | st.integers(0, 1), max_size=10))
    expected = [pair[number] for number, *pair in zip(which, one[1], other[1], strict=False)]
    return Switched(which, one[0], other[0]), expected


def made_reordered(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    count = len(one[1])
    positions = draw(st.lists(st.integers(-count, count - 1), max_size=10)) if count else []
    return Reordered(one[0], positions), [one[1][position] for position in positions]


def made_sliced(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    key = draw(slices())
    return sliced(one[0], key), one[1][key]


def made_concatenated(draw: st.DrawFn, one: Case, other: Case) -> Case:
    cases = draw(st.lists(st.sampled_from([one, other]), max_size=3))
    return Concatenated(*(case[0] for case in cases)), [each for case in cases for each in case[1]]


def made_interleaved(draw: st.DrawFn, one: Case, other: Case) -> Case:
    cases = draw(st.lists(st.sampled_from([one, other]), max_size=4))
    nothing = object()
    rounds = itertools.zip_longest(*(case[1] for case in cases), fillvalue=nothing)
    expected = [each for group in rounds for each in group if each is not nothing]
    return Interleaved(*(case[0] for case in cases)), expected


def made_cycled(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    limit = draw(st.integers(0, 20))
    return Cycled(one[0], limit), list(itertools.islice(itertools.cycle(one[1]), limit))


def made_repeated(draw: st.DrawFn, _one: Case, _other: Case) -> Case:
    times = draw(st.integers(0, 8))
    return Repeated(None, times), [None] * times


def made_batched(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    size, drop_last = draw(st.integers(1, 5)), draw(st.booleans())
    groups = [one[1][start : start + size] for start in range(0, len(one[1]), size)]
    if drop_last:
        groups = [group for group in groups if len(group) == size]
    if draw(st.booleans()):
        return Batched(one[0], size, drop_last=drop_last), [tuple(group) for group in groups]
    return Batched(one[0], size, drop_last=drop_last, collate=repr), [repr(group) for group in groups]


def made_unbatched(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    size = draw(st.integers(1, 5))
    return Unbatched(Batched(one[0], size), size, last=(len(one[1]) - 1) % size + 1), one[1]


def made_split(draw: st.DrawFn, one: Case, _other: Case) -> Case:
    where = draw(st.integers(1, 5) | st.lists(st.integers(-12, 12), max_size=3))
    if isinstance(where, int):
        sizes = [len(one[1]) // where + (part < len(one[1]) % where) for part in range(where)]
        edges = list(itertools.accumulate(sizes, initial=0))
        parts = [one[1][start:stop] for start, stop in itertools.pairwise(edges)]
    else:
        parts = [one[1][start:stop] for start, stop in itertools.pairwise([0, *where, None])]
    return Mapped(list, Split(one[0], where)), parts


def made_indexed(_draw: st.DrawFn, one: Case, _other: Case) -> Case:
    ended = Indexed(iter(one[1]))
    assert list(ended) == one[1]
    return ended, one[1]


def made_inspected(_draw: st.DrawFn, one: Case, _other: Case) -> Case:
    return Inspected(one[0], lambda *_told: None), one[1]


MAKERS = [value for name, value in globals().copy().items() if name.startswith("made_")]


def slices(least: int = -12) -> st.SearchStrategy[slice]:
    """Draws slices, of a step that is not 0."""
    end = st.none() | st.integers(least, 12)
    return st.builds(slice, end, end, st.none() | st.integers(least or 1, 4).filter(bool))


@st.composite
def cases(draw: st.DrawFn, depth: int = 2, makers: Sequence[Callable[..., Case]] = MAKERS) -> Case:
    """Draws a view, of lists or of other views, with the list that it must equal."""
    below = cases(depth - 1) if depth > 1 else st.lists(st.integers(0, 9), max_size=8).map(lambda drawn: (drawn, drawn))
    made: Case = draw(st.sampled_from(makers))(draw, draw(below), draw(below))
    return made


def refused(sequence: Sequence[Any], index: int) -> bool:
    """Returns whether an index is an IndexError."""
    try:
        sequence[index]
    except IndexError:
        return True
    return False


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_g4_each_view_and_the_slices_of_it_equal_the_same_operations_on_lists(
    make: Callable[..., Case], data: st.DataObject
) -> None:
    view, expected = data.draw(cases(makers=[make]))
    for key in [None, *data.draw(st.lists(slices(), max_size=3))]:  # slices of slices
        if key is not None:
            view, expected = view[key], expected[key]
        assert isinstance(view, LazyView)
        assert len(view) == len(expected)
        assert list(view) == expected
        assert bool(view) == bool(expected)
        assert list(reversed(view)) == expected[::-1]
        for index in range(-len(expected) - 2, len(expected) + 2):
            assert refused(view, index) == refused(expected, index)
            if not refused(expected, index):
                assert view[index] == expected[index]
        assert all(each in view and view.index(each) == expected.index(each) for each in expected)


@given(cases(depth=3))
def test_a17_what_was_read_to_its_end_or_not_views_of_views_hold_the_same(case: Case) -> None:
    view, expected = case
    assert list(Concatenated(view, view)[1:-1]) == (expected + expected)[1:-1]


@pytest.mark.parametrize("step", [-2, -1, 0, 1, 3])
def test_a15_a_slice_step_of_0_is_refused_and_others_are_not(step: int) -> None:
    for view in (Mapped(neg, [1, 2, 3]), Cycled([1, 2, 3])):
        if step:
            assert view[2 : 0 if step < 0 else 3 : step][0] in {-3, 3}
        else:
            with pytest.raises(ValueError, match="cannot be"):
                view[0:3:step]


def test_a15_an_index_outside_is_told_at_once_and_computes_nothing() -> None:
    computed: list[int] = []
    view = Mapped(computed.append, [1, 2, 3])
    for index in (3, -4, 10**30):
        with pytest.raises(IndexError, match=rf"There is no item {index} in <Mapped of 3>\."):
            view[index]
    wrong: Any = 1.0
    with pytest.raises(TypeError, match="whole numbers or slices, not by float"):
        view[wrong]
    assert not computed


def test_g4_nothing_is_computed_before_it_is_asked_for_and_only_that() -> None:
    computed: list[int] = []

    def double(number: int) -> int:
        computed.append(number)
        return 2 * number

    mapped = Mapped(double, range(1000))
    view = Batched(Concatenated(Interleaved(mapped, mapped)[10:20], Cycled(mapped[::-1])), 4)
    assert not computed
    assert view[0] == (10, 10, 12, 12)
    assert computed == [5, 5, 6, 6]


def test_g4_a_map_ends_with_its_shortest_sequence_and_passes_one_item_of_each() -> None:
    assert list(Mapped(add, [1, 2, 3], Cycled([10, 20]))) == [11, 22, 13]
    assert list(Mapped(pow, [2, 3, 4], [3, 2], Cycled([5, 7], 9))) == [8 % 5, 9 % 7]


def test_g4_what_makes_no_sense_is_refused_at_once() -> None:
    broken: Any = "no function"
    makers: list[Callable[[], object]] = [
        partial(Cycled, [1], -1),
        partial(Repeated, 1, -1),
        partial(Batched, [1], 0),
        partial(Unbatched, [[1]], 0),
        partial(Unbatched, [[1]], 2, 3),
        partial(Split, [1], 0),
        partial(Inspected, [1], print, max_calls=-1),
        partial(Inspected, [1], print, max_rate=0),
    ]
    for make in makers:
        with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
            make()
    for make in (partial(Mapped, broken, [1]), partial(Mapped, neg), Collated, partial(Switched, [0])):
        with pytest.raises(TypeError):
            make()
    with pytest.raises(ValueError, match="from sequence 2, but there are 2"):
        list(Switched([0, 2], "ab", "cd"))


# Lengths that are not known, or grow


def test_a17_views_of_nothing_are_empty() -> None:
    nothing: list[int] = []
    views: list[Sequence[Any]] = [
        Mapped(neg, nothing),
        Collated(nothing, [1]),
        Reordered([1], nothing),
        Concatenated(),
        Concatenated(nothing, nothing),
        Interleaved(),
        Cycled(nothing),
        Cycled(nothing, 5),
        Batched(nothing, 3),
        Unbatched(Batched(nothing, 3), 3),
        Indexed(nothing),
        Repeated(1, 0),
        sliced(nothing, slice(None, None, -1)),
    ]
    for view in views:
        assert list(view) == []
        assert not view
        assert refused(view, 0)
    assert list(Mapped(list, Split(nothing, 2))) == [[], []]


@given(st.lists(st.integers(), min_size=1, max_size=5), slices(least=0), st.integers(0, 50))
def test_a17_a_sequence_without_an_end_has_items_and_slices_but_no_length(
    below: list[int], key: slice, position: int
) -> None:
    far = list(itertools.islice(itertools.cycle(below), 200))
    for view in (Cycled(below), Concatenated(Cycled(below)), Inspected(Cycled(below), lambda *_told: None)):
        assert view
        assert view[position] == far[position]
        part = view[key]
        if key.stop is None:
            assert list(itertools.islice(part, 10)) == far[key][:10]
            assert [part[5], list(part[5:8])] == [far[key][5], far[key][5:8]]
        else:
            assert list(part) == far[key]
        with pytest.raises(TypeError):
            len(view)
        with pytest.raises(IndexError, match="no end"):
            view[-1]
        for backwards in (slice(-3, None), slice(0, -1), slice(None, None, -1)):
            with pytest.raises(IndexError, match="no end"):
                view[backwards]
    assert Repeated(1)[10**12] == 1
    assert list(Cycled(below)[5::-1]) == far[5::-1]
    assert list(Mapped(add, Cycled(below), range(7))) == [far[each] + each for each in range(7)]


@given(st.lists(st.integers(), max_size=10), slices(least=0), st.integers(0, 4))
@example([], slice(0, 2, None), 0)
def test_a17_views_of_an_iterable_of_unknown_length_equal_those_of_its_list(
    below: list[int], key: slice, size: int
) -> None:
    def fresh() -> Indexed[int]:
        return Indexed(iter(below))

    pairs: list[Case] = [
        (fresh(), below),
        (Mapped(neg, fresh()), list(map(neg, below))),
        (Mapped(add, fresh(), [1, 2, 3]), list(map(add, below, [1, 2, 3]))),
        (Concatenated(fresh(), [1], fresh()), [*below, 1, *below]),
        (Batched(fresh(), 3), [tuple(below[start : start + 3]) for start in range(0, len(below), 3)]),
        (Batched(fresh(), 3, drop_last=True), [tuple(below[s : s + 3]) for s in range(0, len(below) - 2, 3)]),
        (Unbatched(Batched(fresh(), 1), 1), below),
        (Cycled(fresh(), size), list(itertools.islice(itertools.cycle(below), size))),
        (Interleaved(fresh(), "a"), [*below[:1], "a", *below[1:]]),
        (Mapped(list, Split(fresh(), [size])), [below[:size], below[size:]]),
    ]
    for view, expected in pairs:
        if key.step is None or key.start is not None:
            assert list(view[key]) == expected[key]
        assert list(view) == expected
        assert refused(view, len(expected))
        assert len(view) == len(expected)  # it has been read to its end
        assert list(view[::-1]) == expected[::-1]


def test_a17_an_iterable_is_read_as_far_as_was_asked_for_and_once() -> None:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in itertools.count():
            read.append(number)
            yield number * number

    squares = Indexed(numbers())
    assert not read
    assert [squares[3], squares[1], *squares[:3]] == [9, 1, 0, 1, 4]
    assert read == [0, 1, 2, 3]
    with pytest.raises(TypeError, match="not known"):
        len(squares)
    with pytest.raises(IndexError, match="no end"):
        squares[-1]


def test_a17_an_iterable_that_fails_never_looks_as_if_it_had_ended() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("The share is away.")

    numbers = Indexed(failing())
    for _attempt in range(3):
        assert numbers[0] == 1
        with pytest.raises(OSError, match="away"):
            numbers[1]
        with pytest.raises(OSError, match="away"):
            list(numbers)
    with pytest.raises(TypeError, match="not known"):
        len(numbers)


def test_a17_an_iterable_that_recovers_goes_on() -> None:
    class Recovering:
        def __init__(self) -> None:
            self.calls = 0

        def __iter__(self) -> Iterator[int]:
            return self

        def __next__(self) -> int:
            self.calls += 1
            if self.calls == 2:
                raise OSError("The share is away.")
            if self.calls == 4:
                raise StopIteration
            return self.calls

    numbers = Indexed(Recovering())
    with pytest.raises(OSError, match="away"):
        list(numbers)
    assert list(numbers) == [1, 3]
    assert len(numbers) == 2


def test_a18_several_threads_read_an_iterable_and_each_gets_the_right_items() -> None:
    numbers = Indexed(number for number in range(2000))  # a generator cannot be entered twice

    def look(step: int) -> bool:
        return all(numbers[position] == position for position in range(0, 2000, step))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as six:
            assert list(six.map(look, (1, 1, 2, 3, 5, 7))) == [True] * 6
    finally:
        sys.setswitchinterval(interval)
    assert len(list(numbers)) == 2000


def test_a17_what_is_added_below_appears() -> None:
    below, other = [1, 2], [10]
    views: dict[str, Sequence[Any]] = {
        "mapped": Mapped(neg, below),
        "concatenated": Concatenated(below, other),
        "interleaved": Interleaved(other, below),
        "batched": Batched(below, 2),
        "cycled": Cycled(below, 4),
        "split": Mapped(list, Split(below, 2)),
        "inspected": Inspected(below, lambda *_told: None),
        "reordered": Reordered(other, below),
    }
    walk = iter(views["mapped"])
    assert [next(walk), next(walk)] == [-1, -2]
    below.append(3)
    assert [*walk] == [-3]
    below.append(4)
    assert [*walk] == []  # an iterator that has ended has ended
    below.pop()
    other += [11, 12, 13]
    assert {name: list(view) for name, view in views.items()} == {
        "mapped": [-1, -2, -3],
        "concatenated": [1, 2, 3, 10, 11, 12, 13],
        "interleaved": [10, 1, 11, 2, 12, 3, 13],
        "batched": [(1, 2), (3,)],
        "cycled": [1, 2, 3, 1],
        "split": [[1, 2], [3]],
        "inspected": [1, 2, 3],
        "reordered": [11, 12, 13],
    }


def test_a17_a_slice_keeps_the_positions_that_there_were_as_that_of_a_list_does() -> None:
    below = [1, 2, 3]
    part = Mapped(neg, below)[1:]
    below.append(4)
    assert list(part) == [-2, -3]
    del below[2:]
    with pytest.raises(IndexError):
        part[1]


# Assignment


@pytest.mark.parametrize(
    "make",
    [
        lambda one, _two: Reordered(one, range(len(one))[::-1]),
        Concatenated,
        Interleaved,
        lambda one, _two: Cycled(one, len(one)),
        lambda one, _two: Cycled(one),
        lambda one, two: Switched([0, 1, True, False], one, two),
        lambda one, _two: Split(one, 2)[0],
        lambda one, _two: Cycled(one)[1:],
        lambda one, two: Concatenated(one, two)[::-2][1:],
    ],
)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 15))
def test_g5_assigning_through_a_view_changes_the_sequence_below(
    make: Callable[[list[Any], list[Any]], Any], first: int, second: int, position: int
) -> None:
    one, two = list(range(first)), list(range(100, 100 + second))
    view = make(one, two)
    if not reaches(view, position):
        with pytest.raises(IndexError):
            view[position] = "new"
        return
    before = view[position]
    view[position] = "new"
    assert view[position] == "new"
    view[position : position + 1] = ["newer"]
    assert view[position] == "newer"
    changed: list[Any] = [*one, *two]
    assert changed.count("newer") == 1
    changed[changed.index("newer")] = before
    assert changed == [*range(first), *range(100, 100 + second)]


def test_g5_groups_and_tuples_are_assigned_as_a_whole() -> None:
    one, two = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
    Collated(one, two)[1] = (20, 70)
    Batched(one, 2)[2] = (50,)
    parts: Any = Split(two, [3])
    parts[1] = [90, 100]
    assert (one, two) == ([1, 20, 3, 4, 50], [6, 70, 8, 90, 100])
    with pytest.raises(ValueError, match="2 values cannot replace 1 items"):
        Batched(one, 2)[2] = (1, 2)
    with pytest.raises(ValueError, match="3 values cannot replace 5 items"):
        Concatenated(one)[:] = [1, 2, 3]
    assert one == [1, 20, 3, 4, 50]


def test_g5_what_is_computed_cannot_be_assigned_and_says_so() -> None:
    views: list[Any] = [
        Mapped(neg, [1, 2]),
        Mapped(neg, [1, 2])[::-1],
        Repeated(1, 2),
        Batched([1, 2], 1, collate=sum),
        Unbatched([[1], [2]], 1),
        Indexed([1, 2]),
    ]
    for view in views:
        with pytest.raises(TypeError, match=r"cannot be assigned; assign to the sequence below it\."):
            view[1] = 5
    frozen: Any = Concatenated((1, 2))
    with pytest.raises(TypeError, match="does not support item assignment"):
        frozen[0] = 5


# Errors, and looking on


def test_c1_an_error_of_a_mapped_function_keeps_its_type_and_the_other_items_come() -> None:
    view = Mapped(partial(mul, 6), Mapped(lambda number: 1 // number, [1, 0, -1]))
    walk = iter(view)
    assert next(walk) == 6
    with pytest.raises(ZeroDivisionError):
        next(walk)
    assert list(walk) == [-6]
    with pytest.raises(IndexError):  # one of the function's own does not end the loop
        list(Mapped([1, 2].__getitem__, [0, 5, 1]))


def test_g3_the_error_tells_which_item_and_where_the_map_was_made() -> None:
    line = inspect.currentframe()
    view = Mapped(lambda number: 1 // number, range(-1, 3))[1:]
    assert line is not None
    made_at = f"{__file__}, line {line.f_lineno - 2}"
    with pytest.raises(ZeroDivisionError) as caught:
        view[0]
    assert caught.value.__notes__ == [f"Item 1 of the map made in {made_at}."]


def test_g3_an_error_raised_again_gets_its_note_once() -> None:
    failure = OSError("The share is away.")

    def fail(_item: int) -> int:
        raise failure

    view = Mapped(fail, [1, 2])
    for _attempt in range(3):
        with pytest.raises(OSError, match="away"):
            view[1]
    assert len(failure.__notes__) == 1


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_g2_a_hook_is_told_of_each_look_with_the_seconds_it_took() -> None:
    clock, told = HandClock(), list[tuple[int, str, float]]()

    def slow(letter: str) -> str:
        clock.now += 0.5
        return letter.upper()

    view = Inspected(Mapped(slow, "abc"), lambda *look: told.append(look), clock=clock)
    assert [view[-1], *view[:2]] == ["C", "A", "B"]
    assert told == [(2, "C", 0.5), (0, "A", 0.5), (1, "B", 0.5)]


def test_g2_a_hook_is_called_so_often_and_so_often_a_second_at_most() -> None:
    clock, told = HandClock(), list[int]()
    view = Inspected(range(10), lambda position, _item, _seconds: told.append(position), max_calls=2)
    assert list(view) == list(range(10))
    assert told == [0, 1]
    assert list(Inspected("ab", lambda *_told: pytest.fail("called"), max_calls=0)) == ["a", "b"]
    told.clear()
    view = Inspected(range(10), lambda position, _item, _seconds: told.append(position), max_rate=2, clock=clock)
    for position in range(10):
        assert view[position] == position
        clock.now += 0.25
    assert told == [0, 2, 4, 6, 8]


def test_g2_a_look_that_fails_is_not_told() -> None:
    told: list[int] = []
    view = Inspected(Mapped(lambda number: 1 // number, [0, 1]), lambda position, *_rest: told.append(position))
    with pytest.raises(ZeroDivisionError):
        view[0]
    assert (view[1], told) == (1, [1])


# Handing on


def test_g4_views_can_be_pickled_when_their_parts_can() -> None:
    views: list[Sequence[Any]] = [
        Mapped(neg, [1, 2]),
        Collated([1], "a"),
        Switched([True], "a", "b"),
        Reordered([1, 2, 3], range(2)),
        Concatenated([1], (2,)),
        Interleaved([1], (2,)),
        Cycled([1, 2], 5),
        Repeated(1, 3),
        Batched([1, 2, 3], 2),
        Unbatched([[1, 2], [3]], 2, last=1),
        Mapped(list, Split([1, 2, 3], 2)),
        Inspected([1, 2], told_nobody, max_calls=3),
        Indexed([1, 2, 3]),
        Concatenated(Cycled([1, 2], 3)[::-1], Batched(Mapped(neg, range(9)), 2)),
    ]
    for view in views:
        view[0]
        copied = pickle.loads(pickle.dumps(view))  # noqa: S301 - our own
        assert type(copied) is type(view)
        assert list(copied) == list(view)


def told_nobody(_position: int, _item: int, _seconds: float) -> None:
    """Is told and does nothing; pickle finds it by its name."""


class BeginsAgain:
    """An iterable that can be pickled, though its iterators cannot."""

    def __iter__(self) -> Iterator[int]:
        yield from (1, 2, 3)


def test_g4_a_copy_of_an_iterable_that_was_begun_holds_the_same_items() -> None:
    for made in (iter([1, 2, 3]), [1, 2, 3], BeginsAgain()):
        begun = Indexed(made)
        assert begun[1] == 2
        copied = pickle.loads(pickle.dumps(begun))  # noqa: S301 - our own
        assert [*copied] == [*begun] == [1, 2, 3]


def test_g4_a_copied_hook_is_called_though_the_clock_is_another() -> None:
    clock = HandClock()
    view = Inspected([1], told_nobody, max_rate=1, clock=clock)
    view[0]
    told: list[int] = []
    clock.now = 0.0
    copied: Inspected[int] = pickle.loads(pickle.dumps(view))  # noqa: S301 - our own
    vars(copied)["_function"] = lambda position, *_rest: told.append(position)
    copied[0]
    assert told == [0]


def test_g4_the_same_view_of_other_sequences() -> None:
    below, other = [1, 2, 3], [10, 20, 30]
    replaced: list[Sequence[Any]] = []

    def change(sequence: Sequence[Any]) -> Sequence[Any]:
        replaced.append(sequence)
        return other if sequence is below else sequence

    view = Mapped(add, Concatenated(below, [4])[::-1], Cycled(range(2)))
    assert list(rebased(view, change)) == [4, 31, 20, 11]
    assert list(view) == [4, 4, 2, 2]
    assert replaced == [below, [4], range(2)]
    assert rebased(below, change) is other


def test_g4_a_slice_of_a_slice_asks_the_sequence_below_at_once() -> None:
    part = Mapped(neg, range(1000))
    view: Sequence[int] = part
    for _times in range(400):  # deeper than Python could call
        view = view[1:-1]
    assert list(view) == list(map(neg, range(400, 600)))
    assert view[::-1][::-1][5] == -405
