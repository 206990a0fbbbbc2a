"""What a prefetcher is given and asked by number: any order of paths, frames by number, words of other libraries."""

from __future__ import annotations

import inspect
import itertools
import os
import pickle
from collections import UserList, deque
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from viewer.core import (
    Batched,
    Collated,
    Concatenated,
    Cycled,
    Inspected,
    Interleaved,
    Mapped,
    Prefetcher,
    Reordered,
    ResultCache,
    Scheduler,
    Split,
    Switched,
    Unbatched,
    View,
    cached,
)
from viewer.core.errors import PatternError
from viewer.core.hints import WORDS
from viewer.core.prefetch.numbering import NumberedItem
from viewer.core.results.function import CachedFunction


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def files(*names: str, folder: str = "shots") -> list[str]:
    """Writes files that hold their own names, and returns their paths."""
    Path(folder).mkdir(exist_ok=True)
    for name in names:
        Path(folder, name).write_text(name)
    return [f"{folder}/{name}" for name in names]


class Labelled:
    """As a pandas Series whose labels are no positions."""

    def __init__(self, items: list[str]) -> None:
        self.iloc = items

    def __len__(self) -> int:
        return len(self.iloc)

    def __getitem__(self, label: object) -> str:
        raise KeyError(label)


class Slow(Sequence[Any]):
    """A sequence that has its items from somewhere, and counts how often it is asked."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items
        self.asked = 0

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, position: Any) -> Any:  # noqa: ANN401 - of any kind
        self.asked += 1
        return self.items[position]


ORDERS: dict[str, Callable[[list[str]], Any]] = {
    "list": list,
    "tuple": tuple,
    "deque": deque,
    "UserList": UserList,
    "array of texts": np.array,
    "array of objects": lambda paths: np.array([Path(each) for each in paths], object),
    "array of bytes": lambda paths: np.array([each.encode() for each in paths]),
    "labels": Labelled,
    "keys": lambda paths: dict.fromkeys(paths).keys(),
    "values": lambda paths: dict(enumerate(paths)).values(),
    "generator": lambda paths: (each for each in paths),
    "glob": lambda paths: map(Path, paths),
    "bytes": lambda paths: [each.encode() for each in paths],
    "mixed": lambda paths: [paths[0], *map(Path, paths[1:])],
}


@pytest.mark.parametrize("order", ORDERS)
def test_paths_in_any_order_are_read_by_position(order: str) -> None:
    paths = files("b.2.png", "b.1.png", "b.3.png")
    with Prefetcher(ORDERS[order](paths), kind="bytes") as frames:
        assert [*frames] == [b"b.2.png", b"b.1.png", b"b.3.png"]
        assert frames.paths == tuple(paths)
        assert [*pickle.loads(pickle.dumps(frames))] == [*frames]  # noqa: S301 - our own
    with Prefetcher(ORDERS[order](paths), decode=bytes.decode) as names:
        got = "shots/b.2.png" if "bytes" in order else "b.2.png"  # bytes can be what is to be decoded
        assert names[0] == got
    with Prefetcher(ORDERS[order](paths), str) as given:
        assert given[1].removeprefix("b'").removesuffix("'") == paths[1]


def test_directory_entries_and_folders_as_bytes_are_paths() -> None:
    files("b.1.png")
    for source in (os.scandir("shots"), [*os.scandir("shots")], b"shots"):
        with Prefetcher(source, kind="bytes") as frames:
            assert [*frames] == [b"b.1.png"]


def test_a_sequence_that_may_load_its_items_is_asked_for_none_before_the_first_request() -> None:
    paths = Slow(files("b.1.png", "b.2.png"))
    with Prefetcher(paths, decode=lambda data: (type(data), data)) as frames:
        assert paths.asked == 0
        assert frames[1] == (bytes, b"b.2.png")
    with Prefetcher(Slow([5, None])) as items:
        assert [*items] == [5, None]
    with Prefetcher(paths, kind="bytes", ahead=0) as frames_of_kind:
        assert frames_of_kind.at(2) == b"b.2.png"


def test_views_of_paths_are_read_where_a_kind_says_so() -> None:
    paths = files("b.1.png", "b.2.png")
    with Prefetcher(Reordered(paths, [1, 0]), kind="bytes") as frames:
        assert [*frames] == [b"b.2.png", b"b.1.png"]
    with Prefetcher(View(paths)) as texts:
        assert [*texts] == paths


def test_a_list_that_is_empty_yet_is_one_of_paths() -> None:
    source: list[Any] = []
    with Prefetcher(source, kind="bytes", retry_after=None) as frames:
        assert [*frames] == []
        source += files("b.1.png")
        source.append(5)
        assert frames[0] == b"b.1.png"
        with pytest.raises(TypeError, match="5 is no path of a file; give load="):
            frames[1]
        assert frames.refresh() == ()  # the one that is no path is not asked about


def test_iterables_of_other_items_are_read_as_far_as_they_are_asked_for() -> None:
    with Prefetcher(itertools.count(), lambda number: number * 2, ahead=2) as doubles:
        assert doubles[5] == 10
    with Prefetcher(np.array(["one", "three"]), len) as lengths:
        assert [*lengths] == [3, 5]


@pytest.mark.parametrize(
    ("source", "settings", "sentence"),
    [
        ({"a"}, {}, r"There is no order in a set.*sorted"),
        (frozenset("a"), {}, r"There is no order in a frozenset"),
        ({0: "a"}, {}, r"The items of a dict have keys.*values"),
        (5, {}, "Nothing can be loaded from int"),
        (range(3), {"kind": "bytes"}, "kind is for files that are read here"),
        (range(3), {"kind": "array"}, "kind is for files that are read here"),
        (range(3), {"keep": True}, "keep is for files that are read here"),
        (["a"], {"load": len, "kind": "bytes"}, "kind says what files become, without load"),
        (["a"], {"decode": len, "kind": "image"}, "kind says what files become, without load"),
        (range(3), {"max_bytes": "2 GB"}, "max_bytes must be a whole number of at least 0, not '2 GB'"),
        (range(3), {"max_bytes": 1.5}, "max_bytes must be a whole number"),
        (range(3), {"max_bytes": float("inf")}, "max_bytes must be a whole number"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_in_a_sentence(source: Any, settings: dict[str, Any], sentence: str) -> None:  # noqa: ANN401 - anything
    with pytest.raises((TypeError, ValueError), match=sentence):
        Prefetcher(source, **settings)


def test_counts_may_be_whole_floats_and_numbers_of_numpy() -> None:
    with Prefetcher(range(9), str, max_bytes=1e9, ahead=np.int64(2)) as texts:
        assert texts[3] == "3"
    ResultCache("kept", max_bytes=1e9, memory_bytes=1e6)


# By number

NUMBERS: dict[str, tuple[list[str], dict[Any, str]]] = {
    "gaps": (["b.1.png", "b.2.png", "b.6.png"], {6: "b.6.png", "2": "b.2.png", 1.0: "b.1.png", np.int16(6): "b.6.png"}),
    "decimals": (["t0.25.png", "t0.5.png", "t1.0.png"], {0.5: "t0.5.png", "0.25": "t0.25.png", Decimal(1): "t1.0.png"}),
    "whole decimals": (["t0.5.png", "t1.0.png", "t2.0.png"], {1: "t1.0.png", 2.0: "t2.0.png", 500_000_000: "t0.5.png"}),
    "one such time": (
        ["cam_2024-01-14_18-30-00.png", "cam_2024-01-15_18-31-00.png"],
        {"18:30": "cam_2024-01-14_18-30-00.png", "18:31": "cam_2024-01-15_18-31-00.png"},
    ),
    "days": (["s_20240113.png", "s_20240114.png"], {20240114: "s_20240114.png", "14 Jan": "s_20240114.png"}),
    "dates": (
        ["cam_2024-01-14_18-30-00.png", "cam_2024-01-14_18-31-00.png"],
        {"2024-01-14 18:31": "cam_2024-01-14_18-31-00.png"},
    ),
}


@pytest.mark.parametrize("names", NUMBERS)
@pytest.mark.parametrize("is_list", [False, True], ids=["folder", "list"])
def test_frames_are_had_by_number(names: str, *, is_list: bool) -> None:
    paths, asked = files(*NUMBERS[names][0]), NUMBERS[names][1]
    with Prefetcher(paths[::-1] if is_list else "shots", kind="bytes") as frames:
        assert {number: frames.at(number).decode() for number in asked} == asked
        assert sorted(frames.paths) == paths
        for view in (frames, frames[::-1], frames.map(bytes), frames.map(bytes).prefetch(), frames[1:].map(bytes)[::2]):
            assert [view.at(number) for number in view.numbers] == [*view]
            assert [(number, item) for number, item in view.items()] == [*zip(view.numbers, view, strict=True)]
            items = view.items()
            assert len(items) == len(view)
            assert [each.path for each in items] == [each.path for each in items] == list(view.paths)
            sizes = [None if each.stamp is None else each.stamp.size for each in view.items()]
            assert sizes == [len(item) for item in view]


def test_the_pages_of_a_file_have_numbers_from_1(frames_of_stack: str) -> None:
    with Prefetcher(frames_of_stack) as pages:
        assert pages.numbers == (1, 2, 3)
        assert pages.at(3)[0, 0] == 2


@pytest.fixture
def frames_of_stack() -> str:
    from PIL import Image  # noqa: PLC0415 - for this one

    first, *others = (Image.fromarray(np.full((4, 4), value, np.uint8)) for value in range(3))
    first.save("stack.tif", save_all=True, append_images=others)
    return "stack.tif"


def test_what_has_no_such_number_says_so() -> None:
    paths = files("b.1.png", "b.6.png", "b.9.png")
    files("b.9.png", folder="others")
    Path("left.png").touch()
    with Prefetcher("shots", kind="bytes") as frames, Prefetcher(["left.png", *paths]) as unnumbered:
        sentences: dict[int | str, str] = {
            7: "There is no frame 7; the nearest are 6 and 9.",
            0: "There is no frame 0; the nearest is 1.",
            "12": "There is no frame 12; the nearest is 9.",
        }
        for number, sentence in sentences.items():
            with pytest.raises(IndexError) as caught:
                frames.at(number)
            assert str(caught.value) == sentence
        wrong: tuple[Any, ...] = ("x", 2.5, float("nan"), None)
        for number in wrong:
            with pytest.raises((ValueError, TypeError), match=r"which have theirs as in 1|by its number"):
                frames.at(number)
        for view in (frames.batched(2), frames.cycled(), Prefetcher(range(3), str), View([1]), unnumbered):
            with pytest.raises(ValueError, match="no numbers"):
                view.at(1)
        with pytest.raises(ValueError, match=r"2 items have the number 9, such as .* and others/b.9.png"):
            Prefetcher([*paths, "others/b.9.png"]).at(9)


def test_a_number_that_may_be_two_frames_is_refused() -> None:
    files("cam_2024-01-14_18-30-20.png", "cam_2024-01-14_18-30-40.png", "cam_2024-01-15_18-30-20.png")
    files("v1e-09.png", "v2e-09.png", "v1e+00.png", folder="small")
    both = r" may be '2024-01-14_18-30-20' or '2024-01-15_18-30-20': ask for one"
    for folder, asked, sentence in (
        ("shots", "18:30:20", both),
        ("small", 1, r"1 may be '1e\+00' or '1e-09': ask for one"),
    ):
        with Prefetcher(folder, kind="bytes") as frames, pytest.raises(ValueError, match=sentence):
            frames[::-1].at(asked)
    with (
        Prefetcher("small", kind="bytes") as frames,
        pytest.raises(IndexError, match=r"no frame 3; .* Ask for its text"),
    ):
        frames.at(3)


@pytest.mark.parametrize("order", ["name", "number", "date"])
def test_in_any_order_frames_have_the_numbers_of_their_names(order: Literal["name", "number", "date"]) -> None:
    files("f_1.png", "f_3.png", "f_10.png", "f_100.png")
    files("a_1.png", "b_1.png", "b_2.png", folder="two")
    files("a_1.png", "last.png", folder="unnumbered")
    with Prefetcher("shots", kind="bytes", order=order) as frames:
        assert set(frames.numbers) == {1, 3, 10, 100}
        assert [frames.at(number) for number in (3, "10", 100)] == [b"f_3.png", b"f_10.png", b"f_100.png"]
    with Prefetcher("two", kind="bytes", order=order) as frames:
        assert frames.at(2) == b"b_2.png"
        assert sorted(each.number for each in frames.items()) == [1, 1, 2]
        with pytest.raises(ValueError, match=r"2 items have the number 1"):
            frames.at(1)
    with Prefetcher("unnumbered", kind="bytes", order=order) as frames, pytest.raises(ValueError, match=r"last\.png"):
        frames.at(1)


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("shots/*.png", 'in shots/*{frame}.png, or in a script give sorted(Path("shots").glob("*.png")).'),
        ("shots/b.????.png", 'in shots/b.{frame}.png, or in a script give sorted(Path("shots").glob("b.????.png")).'),
        ("shots/b.$F4.png", "in shots/b.{frame}.png."),
        ("shots/b.<frame>.png", "in shots/b.{frame}.png."),
    ],
)
def test_signs_of_shells_and_other_programs_are_answered_with_those_to_write(path: str, advice: str) -> None:
    files("b.0001.png", "b.0002.png")
    with pytest.raises(PatternError) as caught:
        Prefetcher(path)
    assert str(caught.value).endswith(f"does not say where the frame number is. Write {{frame}} there, as {advice}")
    with Prefetcher(advice.removeprefix("in ").partition(".png")[0] + ".png", kind="bytes") as frames:
        assert len(frames) == 2


def test_numbers_follow_the_folder_and_the_list() -> None:
    paths = files("b.1.png", "b.2.png")
    with Prefetcher("shots", kind="bytes") as frames, Prefetcher(paths, kind="bytes") as listed:
        assert [frames.numbers, listed.numbers] == [(1, 2), (1, 2)]
        paths += files("b.4.png")
        frames.refresh()
        assert [frames.numbers, listed.numbers] == [(1, 2, 4), (1, 2, 4)]
        assert frames.at(4) == listed.at(4) == b"b.4.png"


def test_an_item_with_its_number_goes_to_other_processes_whole() -> None:
    item = NumberedItem(7, "item", "a.7.png", None)
    twin = pickle.loads(pickle.dumps(item))  # noqa: S301 - our own
    assert (twin, twin.number, twin.item, twin.path, twin.stamp) == (item, 7, "item", "a.7.png", None)


# Words


def _decorated(**settings: Any) -> object:  # noqa: ANN401 - right ones and wrong ones
    decorate: Callable[..., object] = cached(**settings)
    return decorate(os.path.getsize)


MAKERS: dict[str, Callable[..., object]] = {
    "Prefetcher": lambda **settings: Prefetcher(range(3), str, **settings),
    "Scheduler": Scheduler,
    "ResultCache": lambda **settings: ResultCache("kept", **settings),
    "cached": _decorated,
}
TYPES = {"Prefetcher": Prefetcher, "Scheduler": Scheduler, "ResultCache": ResultCache, "cached": CachedFunction}


@pytest.mark.parametrize("owner", MAKERS)
def test_words_of_other_libraries_are_translated(owner: str) -> None:
    settings = inspect.signature(TYPES[owner]).parameters
    for theirs, ours in WORDS[owner].items():
        hint = f"; it is called {ours} here." if ours in settings else f": {ours}."
        with pytest.raises(TypeError) as caught:
            MAKERS[owner](**{theirs: 1})
        assert str(caught.value) == f"{owner} has no setting {theirs}{hint}"
        assert theirs not in settings
    # What is no sentence is a setting that there is.
    assert [ours for ours in WORDS[owner].values() if " " not in ours and ours not in settings] == []
    with pytest.raises(TypeError, match=f"{owner} has no setting {list(settings)[-1]}x; did you mean"):
        MAKERS[owner](**{f"{list(settings)[-1]}x": 1})
    with pytest.raises(TypeError, match=f"{owner} has no setting qqq. Its settings are "):
        MAKERS[owner](qqq=1)


# What stands in


def test_what_stands_in_and_who_is_called_mean_one_thing_everywhere() -> None:
    told: list[tuple[str, str]] = []

    def note(error: BaseException, name: str) -> None:
        told.append((str(error), name))
        raise RuntimeError("an error of the callback costs nobody an item")

    def stand_in(error: BaseException) -> str:
        return f"no picture: {error}"

    def load(path: str) -> str:
        raise ValueError(f"cannot read {Path(path).name}")

    wanted, calls = "no picture: cannot read b.1.png", ("cannot read b.1.png", "shots/b.1.png")
    (path,) = files("b.1.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("threading.excepthook", lambda _: None)
        with Prefetcher([path], load, on_error=note, stand_in=stand_in) as frames:
            assert (frames[0], frames.plain()[0]) == (wanted, wanted)
        assert told == [calls, calls]
    cache = ResultCache("kept")
    assert cache.cached(name="load", files="path", stand_in=stand_in)(load)(path) == wanted
    for wrong in ({"stand_in": 5}, {"on_error": 5}):
        for make in (lambda **each: Prefetcher([path], load, **each), lambda **each: cache.cached(load, **each)):
            with pytest.raises(TypeError, match=f"{next(iter(wrong))} must be a function"):
                make(**wrong)


SHOTS = [f"shots/a.{number}.png" for number in range(6)]
ALL_OF_PART = "shots/a.3.png, shots/a.4.png, shots/a.5.png"
ABOVE: dict[str, tuple[Callable[[Sequence[Any]], Sequence[Any]], str]] = {
    "itself": (lambda below: below, SHOTS[3]),
    "map": (lambda below: Mapped(str, below), SHOTS[3]),
    "map beside": (lambda below: Mapped(lambda _, text: text, range(6), below), SHOTS[3]),
    "picked": (lambda below: Reordered(below, [-3]), SHOTS[3]),
    "slice": (lambda below: View(below)[1:5:2], SHOTS[3]),
    "slice without end": (lambda below: Cycled(below)[3::6][:1], SHOTS[3]),
    "joined": (lambda below: Concatenated(range(6), below), SHOTS[3]),
    "in turn": (lambda below: Interleaved(below, range(2)), SHOTS[3]),
    "cycled": (lambda below: Cycled(Reordered(below, [3]), 1), SHOTS[3]),
    "switched": (lambda below: Switched([1] * 6, range(6), below), SHOTS[3]),
    "collated": (lambda below: Collated(range(6), below), SHOTS[3]),
    "batched": (lambda below: Batched(below, 3), ALL_OF_PART),
    "taken apart": (lambda below: Unbatched(Batched(Reordered(below, [3, 3]), 2), 2, 1), SHOTS[3]),
    "parts": (lambda below: Mapped(list, Split(below, 2)), ALL_OF_PART),
    "inspected": (lambda below: Inspected(below, lambda *_: None), SHOTS[3]),
}


@pytest.mark.parametrize("above", ABOVE)
def test_an_error_comes_with_the_file_that_it_is_about_through_all_views(above: str) -> None:
    make, together = ABOVE[above]
    paths = files(*(Path(path).name for path in SHOTS))
    told: list[str] = []

    def load(item: object) -> object:
        if "a.3.png" in str(item):
            raise ValueError("damaged")
        return item

    settings: dict[str, Any] = {"on_error": lambda _, name: told.append(name), "stand_in": lambda _: None}
    with Prefetcher("shots", decode=load) as below, Prefetcher(make(below), **settings) as frames:
        for each in (frames, frames.plain()):
            assert list(each).count(None) == 1
            assert told == [SHOTS[3]], "the one that failed, of several"
            told.clear()
    with Prefetcher(make(paths), load, **settings) as frames:
        for each in (frames, frames.plain()):
            assert list(each).count(None) == 1
            assert told == [together], "they failed together"
            told.clear()


def test_many_files_that_failed_together_are_counted_and_what_is_no_file_is_an_item() -> None:
    told: list[str] = []
    settings: dict[str, Any] = {"on_error": lambda _, name: told.append(name), "stand_in": lambda _: None}
    endless = Split(Cycled(SHOTS), [0])  # its second part has no end
    for items in (Batched(SHOTS, 5), Batched(range(6), 6), Reordered(endless, [1])):
        with Prefetcher(items, lambda _: 1 / 0, ahead=0, **settings) as frames:
            assert frames[0] is None
    first = ", ".join(SHOTS[:3])
    assert told == [f"{first}, 2 more", "item 0", f"{first}, 3 more"]
