"""A table that goes on where it was cut off."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.errors import LookaheadError
from viewer.core.storage.transfer import Stamp
from viewer.run.output import INDEX, NOTE, InputOrigin, Output

ORIGIN = InputOrigin("/scripts/measure.py:mean", "/shots", "array", "1234")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def table(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.reader(file))


def write(path: Path, *rows: tuple[int, str, str], again: bool = False) -> None:
    with Output(str(path), ORIGIN, again=again) as output:
        for number, name, result in rows:
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


def test_zeros_that_a_power_cut_left_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path, (1, "1.png", "a"))
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(100))
    write(path, (2, "2.png", "b"))
    assert path.read_bytes() == whole + b"2,2.png,b\r\n"


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


@pytest.mark.parametrize("change", ["function", "pattern", "kind"])
def test_results_of_another_run_are_not_added_to(change: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    other = ORIGIN._replace(**{change: "another"})
    with pytest.raises(LookaheadError, match="--again"):
        Output(str(tmp_path / "a.csv"), other)
    Output(str(tmp_path / "a.csv"), other, again=True)


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


@pytest.mark.parametrize("text", ["a,b\r\n", "number,file,result\r\n1,1.png\r\n"])
def test_a_table_that_was_changed_is_refused(text: str, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", (1, "1.png", "a"))
    (tmp_path / "a.csv").write_bytes(text.encode())
    with pytest.raises(LookaheadError, match="was changed"):
        Output(str(tmp_path / "a.csv"), ORIGIN)


def test_a_row_with_other_columns_is_refused(tmp_path: Path) -> None:
    with Output(str(tmp_path / "a.csv"), ORIGIN) as output:
        output.add(1, "1.png", {"a": "1", "b": "2"})
        with pytest.raises(ValueError, match="has the columns a, c, and those before it a, b"):
            output.add(2, "2.png", {"a": "1", "c": "2"})
        output.add(3, "3.png", {"b": "2", "a": "1"})
    assert table(tmp_path / "a.csv")[1:] == [["1", "1.png", "1", "2"], ["3", "3.png", "1", "2"]]
    with Output(str(tmp_path / "b.csv"), ORIGIN) as output, pytest.raises(ValueError, match="others"):
        output.add(1, "1.png", {"file": "1"})


@pytest.mark.parametrize("place", ["a.csv", "folder"])
def test_a_run_without_results_leaves_nothing(place: str, tmp_path: Path) -> None:
    write(tmp_path / place)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_holds_a_table_of_its_files(tmp_path: Path) -> None:
    write(tmp_path / "folder", (1, "1.png", "1.npy"))
    assert table(tmp_path / "folder" / INDEX)[1:] == [["1", "1.png", "1.npy"]]
    assert Output(str(tmp_path / "folder"), ORIGIN).done == {"1.png"}


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(LookaheadError, match=r"could not be opened|cannot be written to"),
        Output(str(tmp_path / "file" / "a.csv"), ORIGIN),
    ):
        pass
