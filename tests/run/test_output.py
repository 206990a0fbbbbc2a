"""A table that goes on where it was cut off."""

from __future__ import annotations

import csv
import errno
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import LookaheadError
from viewer.core.storage.transfer import Stamp
from viewer.run.output import INDEX, NOTE, InputOrigin, Output
from viewer.run.stamps import STAMPS
from viewer.run.values import save

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = InputOrigin("/scripts/measure.py:mean", "/shots", "array", "1234")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def table(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.reader(file))


def write(path: Path, *rows: tuple[int, str, str], again: bool = False) -> None:
    with Output(str(path), ORIGIN, again=again) as output:
        for number, name, result in rows:
            if output.folder is not None:
                save(result.encode(), output.folder, *result.split("."))
            output.add(number, name, {"result": result})


def test_rows_are_there_as_soon_as_they_are_added(tmp_path: Path) -> None:
    with Output(str(tmp_path / "a.csv"), ORIGIN) as output:
        output.add(1, "1.png", {"mean": "2.5", "name": 'with "quotes", and\r\nlines'})
        assert table(tmp_path / "a.csv") == [
            ["number", "file", "mean", "name"],
            ["1", "1.png", "2.5", 'with "quotes", and\r\nlines'],
        ]


@given(st.lists(TEXTS, min_size=1, max_size=5, unique=True), st.data())
def test_a_table_cut_off_anywhere_goes_on_after_its_last_whole_row(names: list[str], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        rows = [(number, name, f'"{name}\n') for number, name in enumerate(names)]
        write(path, *rows)
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        with Output(str(path), ORIGIN) as output:
            done = output.done
            assert done == {row[1] for row in rows[: len(done)]}  # the first ones
            for number, name, result in rows[len(done) :]:
                output.add(number, name, {"result": result})
        assert path.read_bytes() == whole


def test_a_name_that_is_no_text_keeps_its_bytes(tmp_path: Path) -> None:
    with Output(str(tmp_path / "a.csv"), ORIGIN) as output:
        output.add(1, "\udcff.png", {"result": "a"}, Stamp(2, 3))
    found = Output(str(tmp_path / "a.csv"), ORIGIN)
    assert found.done == {"\udcff.png"}
    assert found.stamps == {"\udcff.png": Stamp(2, 3)}


def test_rows_that_are_given_up_are_taken_out_and_all_others_keep_their_bytes(tmp_path: Path) -> None:
    real, path = tmp_path / "real.csv", tmp_path / "a.csv"
    write(path, (1, "1.png", 'with "quotes"\r\n'), (2, "2.png", "b"), (3, "3.png", "c"))
    path.rename(real)
    path.symlink_to(real)
    whole = path.read_bytes()
    path.write_bytes(whole + b"4,4.p")
    with Output(str(path), ORIGIN) as output:  # changes nothing but what was cut off
        assert output.is_unsaved
    assert real.read_bytes() == whole
    output = Output(str(path), ORIGIN)
    assert not output.is_unsaved
    output.drop(["2.png"])
    with output:
        assert output.done == {"1.png", "3.png"}
        output.add(2, "2.png", {"result": "new"})
    assert real.read_bytes() == whole.replace(b"2,2.png,b\r\n", b"") + b"2,2.png,new\r\n"


def test_again_begins_anew(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "old"))
    write(tmp_path / "a.csv", (1, "1.png", "new"), again=True)
    assert table(tmp_path / "a.csv")[1:] == [["1", "1.png", "new"]]


@pytest.mark.parametrize(
    ("place", "change"), [("a.csv", "function"), ("a.csv", "pattern"), ("a.csv", "kind"), ("folder", "format")]
)
def test_results_of_another_run_are_not_added_to(place: str, change: str, tmp_path: Path) -> None:
    write(tmp_path / place, (1, "1.png", "a.bin"))
    other = ORIGIN._replace(**{change: "another"})
    with pytest.raises(LookaheadError, match="--again" if change != "format" else "without --format.* --again"):
        Output(str(tmp_path / place), other)
    Output(str(tmp_path / place), other, again=True)


def test_the_format_of_files_is_nothing_to_a_table_nor_to_a_note_that_has_none(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    write(tmp_path / "folder", (1, "1.png", "a.bin"))
    note = tmp_path / "folder" / f"{INDEX}{NOTE}"
    note.write_text(json.dumps({name: text for name, text in ORIGIN._asdict().items() if name != "format"}), "utf-8")
    for place in ("a.csv", "folder"):
        assert Output(str(tmp_path / place), ORIGIN._replace(format="tiff")).done == {"1.png"}


def test_a_changed_script_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    assert not Output(str(tmp_path / "a.csv"), ORIGIN).is_changed
    changed = Output(str(tmp_path / "a.csv"), ORIGIN._replace(digest="5678"))
    assert changed.is_changed
    assert changed.done == {"1.png"}


@pytest.mark.parametrize("again", [False, True])
def test_what_somebody_else_has_written_is_never_touched(again: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    (tmp_path / "a.csv").write_text("precious")
    for place in (tmp_path / "a.csv", tmp_path):
        with pytest.raises(LookaheadError, match="Choose"):
            Output(str(place), ORIGIN, again=again)
    assert (tmp_path / "a.csv").read_text() == "precious"


@pytest.mark.parametrize("note", [b"", b"\xff", b"[]", b'{"function": 3}', b"[" * 100_000])
def test_a_note_that_makes_no_sense_is_as_none(note: bytes, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    (tmp_path / f"a.csv{NOTE}").write_bytes(note)
    with pytest.raises(LookaheadError, match="no result of lookahead-run"):
        Output(str(tmp_path / "a.csv"), ORIGIN)


ROWS = [(1, "1.png", "with,"), (2, "2.png", 'a "quoted"\r\nline'), (3, "3.png", "c")]


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda data: data + bytes(9), set()),
        (lambda data: data + b"4,4.p" + bytes(9), set()),
        (lambda data: data.replace(b"3,3.png", bytes(9) + b"3,3.png"), set()),
        (lambda data: data.replace(b"\r\n", b"\n"), set()),
        (lambda data: b"\xef\xbb\xbf" + data, set()),
        (lambda data: data.replace(b"3,3.png", b"\r\n3,3.png"), set()),
        (lambda data: data.replace(b"with", b"\xff"), set()),  # Latin-1
        (
            lambda data: data.replace(b"1.png,", b"1.png,,").replace(b"file,", b"file,mine,").replace(b"g,c", b"g,,c"),
            {2},
        ),
        (lambda data: data.replace(b"3,3.png", b'3,"3.png'), {3}),  # a quote that takes in all that follows
        (lambda data: data.replace(b"1,1.png", b'"1,1.png'), {1}),
        (lambda data: data.replace(b"1,1.png", b"1,1.p" + bytes(9)), {1}),
        (lambda data: data.replace(b"1,1.png,", b"1,1.png"), {1}),
        (lambda data: data + b"mean\r\n", set()),
    ],
)
def test_of_a_damaged_table_all_rows_that_can_be_read_stay(
    change: Callable[[bytes], bytes], lost: set[int], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    write(path, *ROWS)
    damaged = change(path.read_bytes())
    path.write_bytes(damaged)
    output = Output(str(path), ORIGIN)
    assert {row[1] for row in ROWS} - output.done == {f"{number}.png" for number in lost}
    with output:
        assert (output.copy is not None) == (output.damaged > 0)
        assert output.copy is None or output.copy.read_bytes() == damaged
        output.add(4, "4.png", {"result": "d"})
    assert b"\0" not in path.read_bytes()
    again = Output(str(path), ORIGIN)
    assert again.done == {*output.done}
    assert not again.is_unsaved


@pytest.mark.parametrize(
    "text", ["a,b\r\n", "number;file;result\r\n1;1.png;2\r\n", "number,file,result\r1,1.png,2\r", "1,1.png,2\r\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_that_is_another_one_now_is_refused_and_left(text: str, encoding: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    with pytest.raises(LookaheadError, match="was changed"):
        Output(str(tmp_path / "a.csv"), ORIGIN)
    assert (tmp_path / "a.csv").read_bytes() == text.encode(encoding)


RESULTS = st.dictionaries(st.sampled_from([*"abcd", "result", 'with, "quotes"']), TEXTS, max_size=4)


@given(st.lists(RESULTS, min_size=1, max_size=6), st.integers(0, 6))
def test_columns_that_come_late_are_empty_above(results: list[dict[str, str]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        for part in (range(min(cut, len(results))), range(min(cut, len(results)), len(results))):
            with Output(str(path), ORIGIN) as output:  # a run, and one that goes on
                for number in part:
                    output.add(number, f"{number}.png", results[number])
                    assert f"{number}.png" in output.done
        header, *found = table(path)
        for number, (row, result) in enumerate(zip(found, results, strict=True)):
            cells = dict(zip(header, row, strict=True))
            expected = {} if result == {"result": ""} else result  # nothing at all needs no column
            assert cells == dict.fromkeys(header, "") | {"number": f"{number}", "file": f"{number}.png"} | expected


def test_what_fits_into_a_table_that_has_begun(tmp_path: Path) -> None:
    with Output(str(tmp_path / "a.csv"), ORIGIN) as output:
        output.add(1, "1.png", {"a": "1"})
        output.add(2, "2.png", {"result": ""})  # as of None
        with pytest.raises(ValueError, match="others"):
            output.add(3, "3.png", {"file": "1"})
        with pytest.raises(ValueError, match="NUL"):
            output.add(3, "3.png", {"a": "\0"})
    assert table(tmp_path / "a.csv") == [["number", "file", "a"], ["1", "1.png", "1"], ["2", "2.png", ""]]


def test_a_printed_table_takes_no_columns_later(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream, Output("-", ORIGIN, stream=stream) as output:
        output.add(1, "1.png", {"a": "1", "b": "2"})
        with pytest.raises(ValueError, match="the column c, and the table that is printed already has not"):
            output.add(2, "2.png", {"a": "1", "c": "2"})
        output.add(3, "3.png", {"b": "2"})
    assert table(tmp_path / "out")[1:] == [["1", "1.png", "1", "2"], ["3", "3.png", "", "2"]]


@pytest.mark.parametrize("again", [False, True])
def test_two_runs_do_not_write_to_one_table(again: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    path = tmp_path / "a.csv"
    early = Output(str(path), ORIGIN)
    with Output(str(path), ORIGIN) as first:
        first.add(1, "1.png", {"a": "1"})
        first.add(2, "2.png", {"b": "1"})  # which writes the table anew
        with pytest.raises(LookaheadError, match="Another program writes"):
            Output(str(path), ORIGIN, again=again).__enter__()
    with pytest.raises(LookaheadError, match="Another program writes"):  # it knows nothing of the rows
        early.__enter__()
    assert Output(str(path), ORIGIN).done == {"1.png", "2.png"}


def test_a_full_disk_leaves_whole_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"

    def half(file: BinaryIO, data: bytes) -> None:
        file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with Output(str(path), ORIGIN) as output:
        output.add(1, "1.png", {"a": "1"})
        with monkeypatch.context() as patch:
            patch.setattr("viewer.run.table.write_whole", half)
            with pytest.raises(OSError, match="No space"):
                output.add(2, "2.png", {"a": "2"})
        output.add(3, "3.png", {"a": "3"})
    assert table(path)[1:] == [["1", "1.png", "1"], ["3", "3.png", "3"]]


@pytest.mark.parametrize("place", ["a.csv", "folder"])
def test_a_run_without_results_leaves_nothing(place: str, tmp_path: Path) -> None:
    write(tmp_path / place)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_holds_a_table_of_its_files(tmp_path: Path) -> None:
    write(tmp_path / "folder", (1, "1.png", "1.npy"))
    assert table(tmp_path / "folder" / INDEX)[1:] == [["1", "1.png", "1.npy"]]
    assert Output(str(tmp_path / "folder"), ORIGIN).done == {"1.png"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_run_that_begins_anew_and_is_killed_still_knows_the_files_of_the_one_before(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    write(place, (1, "1.png", "1.npy"), (2, "2.png", "2.npy"), (3, "3.png", "3.npy"))
    killed = Output(str(place), ORIGIN, again=True).__enter__()
    save(b"new", place, "1", "npy")
    killed.add(1, "1.png", {"result": "1.npy"})
    del killed  # which lets the lock go
    Output(str(place), ORIGIN, again=True).expect(["2"])
    with Output(str(place), ORIGIN) as output:
        output.expect(["2", "3"])
        for stem in "234":
            save(b"new", place, stem, "npy")  # 3 is not taken any more, and 4 is none of this run
        output.add(2, "2.png", {"result": "2.npy"})
    assert [path.name for path in place.glob(".*")] == [".4.npy.part"]
    assert {path.name: path.read_bytes() for path in place.glob("*.npy")} == {"1.npy": b"new", "2.npy": b"new"}
    (place / "3.npy").write_text("mine")
    with pytest.raises(LookaheadError, match=r"3\.npy is no result"):
        Output(str(place), ORIGIN._replace(format="npy"), again=True).expect(["3"])


@pytest.mark.parametrize("name", [f"a.csv{NOTE}", f"a.csv{STAMPS}"])
def test_a_file_in_the_place_of_a_note_is_not_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(LookaheadError, match="no result of lookahead-run"):
        Output(str(tmp_path / "a.csv"), ORIGIN)


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(LookaheadError, match=r"could not be opened|cannot be written to"),
        Output(str(tmp_path / "file" / "a.csv"), ORIGIN),
    ):
        pass
