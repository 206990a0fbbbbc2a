"""What is in a folder beside pictures named so: numbers in place of suffixes, kinds that are not read, folders."""

from __future__ import annotations

import struct
from importlib.util import find_spec

import pytest
from doubles import MemoryStorage, broken

from viewer.core import formats
from viewer.core.errors import NoPicturesError, SequenceError, ShareAwayError
from viewer.core.prefetch.files import found_sequence
from viewer.core.sequence.contents import MOST_ASKED, FolderContents, may_be_picture_name, text_of, words
from viewer.core.sequence.folder_rule import FolderRule, Order
from viewer.core.sequence.scan import Scan, scan
from viewer.core.storage.transfer import Transfer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
TIFF = b"II*\0" + bytes(64)


def storage_of(names: dict[str, bytes]) -> MemoryStorage:
    return MemoryStorage({f"/s/{name}": content for name, content in names.items()})


def scanned(storage: MemoryStorage) -> Scan:
    return scan(storage, "/s", Transfer(), lambda _: None, lambda: 0.0)


def labels(names: dict[str, bytes]) -> list[str]:
    return [sequence.label for sequence in scanned(storage_of(names)).sequences]


def numbers(head: str, count: int, content: bytes) -> dict[str, bytes]:
    return {f"{head}{number:04d}": content for number in range(1, count + 1)}


@pytest.fixture
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    extras = {"imagecodecs", "pillow_heif", "rawpy", "astropy", "pydicom"}
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name in extras else find_spec(name))


# Kinds that are not read


@pytest.mark.usefixtures("without_extras")
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.heic", "b.HEIC", "c.png"], "2 .heic (pip install lookahead[heic])"),
        (["a.ai", "a.psb", "b.psb", "a.xcf", "a.kra"], "2 .psb, 1 .ai, 1 .kra and 1 .xcf"),
        (["a.MP4", "b.mp4", "c.mov", "d.ts", "e.png"], "2 .mp4 and 1 .mov"),
        (["a.cr3", "a.jxl"], "1 .cr3 (pip install lookahead[raw]) and 1 .jxl (pip install lookahead[codecs])"),
        ([f"{n}.{suffix}" for suffix in ["ai", "cdr", "eps", "kra", "ora", "psb"] for n in range(1200)][:6001], None),
        ([".a.xcf", "xcf", ".xcf", "a.txt", "a.csv", "a.xml", "a.zip", "a.pdf", "a.mp3", "a.tif", "a.jp2"], ""),
    ],
)
def test_kinds_that_are_not_read_are_counted(names: list[str], said: str | None) -> None:
    unread = FolderContents(names).unread()
    expected = "1,200 .ai, 1,200 .cdr, 1,200 .eps, 1,200 .kra and 2 others" if said is None else said
    assert (words(unread) if unread else "") == expected


def test_no_suffix_is_both_read_and_not_read() -> None:
    assert not formats.NOT_READ & formats.PICTURE_SUFFIXES
    assert {formats.wanting(suffix) for suffix in formats.PICTURE_SUFFIXES} == {None}  # with all extras


@pytest.mark.parametrize(
    ("names", "said", "folders"),
    [
        (["notes.txt"], "There are no pictures in /s.", ()),
        (["a.xcf", "b.xcf"], "There are no pictures in /s that are read here; it holds 2 .xcf.", ()),
        (["v10/a", "v2/a"], "There are no pictures in /s itself; it holds the folders v2 and v10.", ("v2", "v10")),
        (["v1/a", "n.txt"], "There are no pictures in /s itself; it holds the folder v1.", ("v1",)),
        (
            ["a.xcf", "v1/a"],
            "There are no pictures in /s that are read here; it holds 1 .xcf. In it is the folder v1.",
            ("v1",),
        ),
    ],
)
def test_a_folder_without_pictures_says_what_it_holds(names: list[str], said: str, folders: tuple[str, ...]) -> None:
    with pytest.raises(NoPicturesError) as caught:
        found_sequence(storage_of(dict.fromkeys(names, b"")), "/s")
    assert (str(caught.value), caught.value.folder, caught.value.folders) == (said, "/s", folders)


@pytest.mark.parametrize(
    ("opened", "rule", "count"),
    [
        ("/s/v{v}_{eye}.{frame}.png", FolderRule(filter="right"), 3),
        ("/s/v{v}_{eye}.{frame}.png", FolderRule(Order.BY_NAME), 9),
        ("/s/v{v}_{eye}.{frame}.png", FolderRule(Order.BY_NUMBER, filter="right"), 5),
        ("/s/v1_right.####.png", FolderRule(filter="*3.png"), 1),
        ("/s/v1_right.####.png", FolderRule(Order.BY_NAME), 3),
        ("/s", FolderRule(filter="right"), 3),
        ("/s", FolderRule(Order.BY_NAME), 10),
    ],
)
def test_of_a_pattern_the_filter_goes_before_the_longest_and_the_order_takes_all(
    opened: str, rule: FolderRule, count: int
) -> None:
    names = [f"v{v}_{eye}.000{n}.png" for v, eye, last in ((1, "left", 4), (1, "right", 3), (2, "right", 2))
             for n in range(1, last + 1)]  # fmt: skip
    found = found_sequence(storage_of(dict.fromkeys([*names, "other.png"], b"")), opened, rule=rule)
    assert len(found) == count
    assert all(rule.filter.strip("*") in name for name in found.names())


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        (
            "v{v}.####.png",
            r"Beside ####, \{v\} stands for itself\. Write \{frame\} for the number: v\{v\}\.\{frame\}\.png$",
        ),
        ("v*.%04d.png", r"Beside %04d, \* stands for itself\. Write .*: v\*\.\{frame\}\.png$"),
        ("v?.@@@@.png", r"Beside @@@@, \? stands for itself"),
        ("v{frame}.####.png", r"Beside \{frame\}, #### stands for itself\. Keep only one of them\.$"),
        ("w.####.png", r"Check the name and the numbers"),
    ],
)
def test_a_pattern_of_two_kinds_says_how_to_write_it(opened: str, said: str) -> None:
    storage = storage_of({"v1.0001.png": b"", "v1.0002.png": b""})
    with pytest.raises(SequenceError, match=said):
        found_sequence(storage, f"/s/{opened}")


# Numbers in place of a suffix


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (numbers("run_a.", 5, PNG), ["run_a.[0001-0005]"]),
        (numbers("run.", 1, PNG), ["run.0001"]),
        (numbers("run_a.", 3, TIFF) | numbers("run_b.", 2, PNG), ["run_a.[0001-0003]", "run_b.[0001-0002]"]),
        (numbers("cam1_x.", 3, PNG) | numbers("cam2_x.", 3, PNG), ["cam1_x.[0001-0003]", "cam2_x.[0001-0003]"]),
        ({"x.9": PNG, "x.10": PNG, "x.11": PNG}, ["x.[9-11]"]),
        (numbers("shot.tga.", 2, b"\0\0\2" + bytes(13) + b"\x18\0"), ["shot.tga.[0001-0002]"]),
        (numbers("a.", 2, PNG) | {"b_1.png": PNG, "b_2.png": PNG}, ["a.[0001-0002]", "b_[1-2].png"]),
        ({"big.tif.000": TIFF, "big.tif.001": b"\1\2", "big.tif.002": b"\3"}, []),  # split into parts
        (numbers("archive.7z.", 2, b"7z\xbc\xaf\x27\x1c"), []),
        (numbers("syslog.", 3, b"BMC started\nagain and again"), []),
        (numbers("U.", 3, struct.pack("<ii8d", 40, 1, *range(8))), []),  # begins with a length, as icons and BMP may
        (numbers("page.", 2, b"/* C */"), []),
        (numbers("z.", 2, bytes(300)), []),
        ({".run.0001": PNG, "0001": PNG, "run.0001x": PNG}, []),
        ({"v1.2/a": b"", "v1.3/a": b""}, []),
    ],
)
def test_names_that_end_in_a_number_are_pictures_by_what_they_hold(names: dict[str, bytes], found: list[str]) -> None:
    assert labels(names) == found


def test_one_file_of_a_group_is_opened_once_the_folder_has_been_listed() -> None:
    storage = storage_of(numbers("run_a.", 500, PNG) | numbers("log.", 300, b"text") | {"c_1.png": PNG})
    result = scanned(storage)
    assert sorted(path.rpartition(".")[0] for path in storage.reads) == ["/s/log", "/s/run_a"]
    assert result.verdicts == {"run_a.#": True, "log.#": False}
    again = storage_of(numbers("run_a.", 600, PNG))
    scan(again, "/s", Transfer(), lambda _: None, lambda: 0.0, verdicts=result.verdicts)
    assert again.reads == []


def test_many_groups_cost_no_more_than_so_many_files() -> None:
    storage = storage_of({f"{chr(0x4E00 + each)}.1": b"" for each in range(3 * MOST_ASKED)})
    assert scanned(storage).sequences == ()
    assert len(storage.reads) == MOST_ASKED


def test_a_share_that_goes_away_meanwhile_is_an_error() -> None:
    storage = MemoryStorage({"/s/run.0001": broken("/s/run.0001")})
    with pytest.raises(ShareAwayError):
        scanned(storage)


def test_scripts_get_them_too() -> None:
    storage = storage_of(numbers("run_a.", 5, PNG) | {"notes.txt": b""})
    assert [*found_sequence(storage, "/s").names()] == [f"run_a.000{number}" for number in range(1, 6)]
    assert [*found_sequence(storage, "/s/run_a.####").names()] == [f"run_a.000{number}" for number in range(1, 6)]


def test_names_alone() -> None:
    assert [text_of(name) for name in ("a1.b2.003", "a.png", "7.1", ".a.1", "a.", ".1", "a.१")] == [
        *("a#.b#.#", "", "#.#", "", "", "", ""),
    ]
    assert [may_be_picture_name(name) for name in ("a.1", "a.png", "a.txt", "a")] == [True, True, False, False]
