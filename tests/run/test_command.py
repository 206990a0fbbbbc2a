"""``lookahead-run``, as a person types it: runs to the end, and runs that are broken off."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from held_loads import LONG, Items

from viewer import __version__, paths
from viewer.core.errors import ShareAwayError
from viewer.core.storage.local import LocalStorage
from viewer.demo import DEMO_FOLDER_NAME
from viewer.run.command import main
from viewer.run.function import SCRIPT_PREFIX
from viewer.run.stamps import STAMPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slow_share import SlowShare

    from viewer.core.storage.transfer import Stamp

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "viewer.run"]

MEASURE = """
def number(frame, *, number):
    if number == 3:
        raise ValueError("not this one")
    return {"number of frame": number, "height": frame.shape[0]}

def flipped(frame):
    return frame[::-1]

def name_and_size(path):
    return path[-13:], len(path)

def brightest(frame):
    return int(frame.max())

def size(data):
    return len(data)

def some(frame, *, number):
    return {"all": number} if number % 2 else {"all": number, "even": number}

async def awaited(frame):
    return 3

def yielded(frame):
    yield from (1, 2)

def leaves(frame):
    raise SystemExit("enough")

def kind(frame):
    return type(frame).__name__

def shown(frame):
    return int(frame.array()[0, 0, 0])
"""

CHATTY = """
import os, subprocess, sys

print("imported")

def chatty(data):
    print("printed", flush=True)
    os.write(1, b"written")
    subprocess.run([sys.executable, "-S", "-c", "print('by another')"], check=True)
    return 7
"""

COUNT = """
def counted(data, *, number):
    with open("calls", "a") as file:
        file.write(str(number))
    return number

def saved(data, *, number):
    return bytes([counted(data, number=number)])
"""

SLOW = """
import os

from held_loads import Load

def slow(frame, *, number):
    host, port = os.environ["ITEMS"].split()
    return Load((host, int(port)))(number)
"""


@pytest.fixture
def shots(
    frames: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], None]]:
    """Makes a folder of so many frames beside the scripts, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    Path("measure.py").write_text(MEASURE, "utf-8")
    Path("slow.py").write_text(SLOW, "utf-8")

    def make(count: int) -> None:
        frames("shots", count, size=(8, 6))

    yield make
    for name in [name for name in sys.modules if name.startswith(SCRIPT_PREFIX)]:
        del sys.modules[name]


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_frames_are_shown_in_the_range_of_the_first_of_the_sequence(
    processes: list[str], shots: Callable[[int], None]
) -> None:
    shots(1)
    Path("deep").mkdir()
    for number, value in enumerate((100, 200, 400), 1):
        row = b"".join(each.to_bytes(2, "big") for each in (value, 100, 300))
        Path(f"deep/a.{number}.pgm").write_bytes(b"P5 3 1 65535\n" + row)
    assert main(["measure.py:shown", "deep", "--kind", "frame", "--frames", "2-3", "--quiet", *processes]) == 0
    assert [row["result"] for row in rows("shown.csv")] == ["128", "255"]


def rows(path: str = "number.csv") -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_a_table_with_a_row_for_each_frame_but_those_that_fail(
    processes: list[str], shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(5)
    Path("shots/shot.0002.jpg").write_bytes(b"no picture")
    assert main(["measure.py:number", "shots", "--workers", "2", *processes]) == 1
    assert rows() == [
        {"number": str(n), "file": f"shot.{n:04d}.jpg", "number of frame": str(n), "height": "6"} for n in (1, 4, 5)
    ]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "shot.0002.jpg: It is not a picture" in printed.err
    assert "shot.0003.jpg: ValueError: not this one" in printed.err
    assert 'measure.py", line 4, in number' in printed.err
    assert f"viewer{os.sep}run" not in printed.err
    assert "2 frames failed" in printed.err


def test_the_same_command_tries_only_what_failed(
    shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(4)
    assert main(["measure.py:number", "shots"]) == 1
    script = Path("measure.py")
    script.write_text(script.read_text().replace("== 3", "== 1"))
    del sys.modules[f"{SCRIPT_PREFIX}measure"]
    assert main(["measure.py:number", "shots"]) == 0
    assert [row["number"] for row in rows()] == ["1", "2", "4", "3"]
    assert "has changed since the first results" in capsys.readouterr().err
    assert main(["measure.py:number", "shots"]) == 0
    assert "All 4 frames are in number.csv already" in capsys.readouterr().err
    assert main(["measure.py:number", "shots", "--again", "--quiet"]) == 1
    assert [row["number"] for row in rows()] == ["2", "3", "4"]


def test_stopping_at_the_first_that_fails(shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]) -> None:
    shots(6)
    assert main(["measure.py:number", "shots", "--on-error", "stop"]) == 1
    assert [row["number"] for row in rows()] == ["1", "2"]
    assert "Stopped, as 1 frame failed" in capsys.readouterr().err


def test_files_that_fail_are_copied(shots: Callable[[int], None]) -> None:
    shots(4)
    assert main(["measure.py:number", "shots", "--quarantine", "bad"]) == 1
    copied = [path for path in Path("bad").iterdir() if path.suffix == ".jpg"]
    assert [path.read_bytes() for path in copied] == [Path("shots/shot.0003.jpg").read_bytes()]


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_a_folder_with_a_file_for_each_frame(processes: list[str], shots: Callable[[int], None]) -> None:
    shots(3)
    assert main(["measure.py:flipped", "shots", "--output", "out", *processes]) == 0
    assert [row["result"] for row in rows("out/lookahead-run.csv")] == [f"shot.000{n}.npy" for n in (1, 2, 3)]
    assert np.load("out/shot.0002.npy", allow_pickle=False).shape == (6, 8, 3)
    Path("out/shot.0002.npy").unlink()
    assert main(["measure.py:flipped", "shots", "--output", "out", "--again"]) == 0
    assert Path("out/shot.0002.npy").exists()
    Path("out/mine.npy").touch()
    again = ["--format", "png", "--again", "--frames", "1-2"]
    assert main(["measure.py:flipped", "shots", "--output", "out", *again, *processes]) == 0
    assert {path.name for path in Path("out").iterdir() if path.suffix in {".npy", ".png"}} == {
        "mine.npy",
        "shot.0001.png",
        "shot.0002.png",
    }, "files of the earlier run are gone, and no others"
    assert main(["measure.py:number", "shots", "--output", "out", "--again", *processes]) != 0
    assert Path("out/shot.0001.png").exists(), "a run that comes to nothing takes nothing away"


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_files_that_are_no_results_are_not_written_over(
    processes: list[str], shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(3)
    run = ["measure.py:flipped", "shots", "--output", "out", *processes]
    assert main([*run, "--frames", "1"]) == 0
    mine = [Path("out/shot.0002.png"), Path("out/shot.0003.npy")]
    for path in mine:
        path.write_text("mine")
    assert main([*run, "--again", "--format", "png"]) == 2
    assert "shot.0002.png is no result of lookahead-run" in capsys.readouterr().err
    assert main(run) == 1
    assert "shot.0003.npy is there and no result" in capsys.readouterr().err
    assert [path.read_text() for path in mine] == ["mine", "mine"]


def test_a_table_on_the_standard_output_and_nothing_else(
    shots: Callable[[int], None], capfd: pytest.CaptureFixture[str]
) -> None:
    shots(3)
    arguments = ["measure.py:name_and_size", "shots/shot.####.jpg", "--kind", "path", "--output", "-"]
    assert main([*arguments, "--frames", "1-3x2"]) == 0
    lines = capfd.readouterr().out.split("\r\n")
    assert lines[0] == "number,file,result1,result2"
    assert [line.split(",")[2] for line in lines[1:3]] == ["shot.0001.jpg", "shot.0003.jpg"]
    assert not list(Path().glob("*.csv*"))


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_what_the_function_prints_is_not_in_the_table(processes: list[str], shots: Callable[[int], None]) -> None:
    Path("chatty.py").write_text(CHATTY, "utf-8")
    shots(2)
    run = subprocess.run(
        [*COMMAND, "chatty.py:chatty", "shots", "--kind", "bytes", "--output", "-", "--workers", "1", *processes],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=True,
        timeout=LONG,
    )
    assert run.stdout == b"number,file,result\r\n1,shot.0001.jpg,7\r\n2,shot.0002.jpg,7\r\n"
    assert all(words in run.stderr for words in (b"imported", b"printed", b"written", b"by another"))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("some", [{"all": "1", "even": ""}, {"all": "2", "even": "2"}, {"all": "3", "even": ""}]),
        ("awaited", [{"result": "3"}] * 3),
        ("yielded", [{"result1": "1", "result2": "2"}] * 3),
    ],
)
def test_what_the_function_may_return(
    function: str, expected: list[dict[str, str]], shots: Callable[[int], None]
) -> None:
    shots(3)
    assert main([f"measure.py:{function}", "shots", "--quiet"]) == 0
    keys = [{"number": f"{number}", "file": f"shot.000{number}.jpg"} for number in (1, 2, 3)]
    assert rows(f"{function}.csv") == [key | row for key, row in zip(keys, expected, strict=True)]


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        ("0.25 0.50 0.75 1.00", "0.5-1", "0.50 0.75 1.00"),
        ("0.25 0.50 0.75 1.00", ".25-1x0.5", "0.25 0.75"),
        ("0.25 0.50 0.75 1.00", "0.250,1.00", "0.25 1.00"),
        ("0.25 0.50 0.75 1.00", "1-0.5", None),
        ("0.25 0.50 0.75 1.00", "0-1x0", None),
        ("2024-01-14_18-10 2024-01-14_18-20 2024-01-15_18-10", "18:15-19:00", "2024-01-14_18-20"),
        (
            "2024-01-14_18-10 2024-01-14_18-20 2024-01-15_18-10",
            "2024-01-14 18:20-2024-01-15 18:10",
            "2024-01-14_18-20 2024-01-15_18-10",
        ),
        ("2024-01-14_18-10 2024-01-14_18-20 2024-01-15_18-10", "2024-01-14_18-10", "2024-01-14_18-10"),
        ("2024-01-14_18-10 2024-01-14_18-20 2024-01-15_18-10", "all", None),
    ],
)
def test_decimals_and_times_are_asked_for_and_told_as_the_names_write_them(
    names: str, wanted: str, found: str | None, shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(1)
    Path("other").mkdir()
    for name in names.split():
        shutil.copy("shots/shot.0001.jpg", f"other/a_{name}.jpg")
    code = main(["measure.py:size", "other", "--kind", "bytes", "--frames", wanted])
    if found is None:
        assert code == 2
        assert (
            f"cannot be read. Write the lower number first, as in {names.split(maxsplit=1)[0]}-"
            in capsys.readouterr().err
        )
    else:
        assert [row["number"] for row in rows("size.csv")] == found.split()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("array", "ndarray"), ("image", "Image"), ("frame", "Frame"), ("bytes", "bytes"), ("path", "str")],
)
def test_what_the_function_gets(kind: str, name: str, shots: Callable[[int], None]) -> None:
    shots(1)
    assert main(["measure.py:kind", "shots", "--kind", kind, "--quiet"]) == 0
    assert rows("kind.csv")[0]["result"] == name


def test_the_pages_of_a_stack_are_frames(shots: Callable[[int], None], capfd: pytest.CaptureFixture[str]) -> None:
    shots(0)
    pages = np.arange(1, 6, dtype=np.uint8).repeat(48).reshape(5, 6, 8)
    Path("stack.tif").write_bytes(pictures.tiff(pages, photometric="minisblack"))
    assert main(["measure.py:brightest", "stack.tif", "--processes"]) == 0
    assert rows("brightest.csv") == [
        {"number": str(n), "file": f"stack page {n:04d}.tif", "result": str(n)} for n in range(1, 6)
    ]
    Path("stack.tif").write_bytes(pictures.tiff(pages + 100, photometric="minisblack"))
    assert main(["measure.py:brightest", "stack.tif"]) == 0
    assert [row["result"] for row in rows("brightest.csv")] == ["101", "102", "103", "104", "105"]
    assert "5 of 5 pages have changed since the last run and are computed anew." in capfd.readouterr().err
    assert main(["measure.py:brightest", "stack.tif", "--kind", "path", "--again"]) == 2
    assert "pages, which have no paths of their own" in capfd.readouterr().err


def rewrite(name: str) -> None:
    """Writes a frame anew, of the same size and later."""
    path = Path("shots") / name
    content, status = path.read_bytes(), path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


@pytest.mark.parametrize("place", ["sizes.csv", "sizes"])
@pytest.mark.parametrize("kind", ["bytes", "path"])
def test_rows_whose_files_have_changed_are_computed_anew(
    kind: str, place: str, shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*options: str) -> str:
        function = "saved" if place == "sizes" else "counted"
        code = main([f"count.py:{function}", "shots", "--kind", kind, "--output", place, *options])
        return f"{code} {capsys.readouterr().err}"

    Path("count.py").write_text(COUNT, "utf-8")
    table = "sizes/lookahead-run.csv" if place == "sizes" else place
    shots(5)
    run()
    rewrite("shot.0002.jpg")
    rewrite("shot.0004.jpg")
    assert "All 5 frames are in" in run("--no-check")
    assert "0 lookahead-run: 2 of 5 files have changed since the last run and are computed anew." in run()
    assert [row["number"] for row in rows(table)] == ["1", "3", "5", "2", "4"]
    assert sorted(Path("calls").read_text()) == [*"1223445"]
    assert "All 5 frames are in" in run()
    rewrite("shot.0001.jpg")
    assert "1 of 5 files has changed since the last run and is computed anew." in run()
    rewrite("shot.0003.jpg")
    assert "changed" not in run("--quiet")
    assert sorted(Path("calls").read_text()) == [*"112233445"]


@pytest.mark.parametrize("notes", [None, b"", b'\xff\0[\n[1]\n["shot.0001.jpg", [true, 2]]\n' + b"[" * 100_000])
def test_of_a_table_without_notes_about_its_files_that_is_said(
    notes: bytes | None, shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> str:
        assert main(["measure.py:kind", "shots"]) == 0
        return capsys.readouterr().err

    shots(3)
    run()
    Path(f"kind.csv{STAMPS}").unlink() if notes is None else Path(f"kind.csv{STAMPS}").write_bytes(notes)
    rewrite("shot.0001.jpg")
    said = run()
    assert "Whether 3 of 3 files have changed since the last run is not known" in said
    assert "All 3 frames are in kind.csv already" in said
    rewrite("shot.0002.jpg")
    said = run()
    assert "1 of 3 files has changed" in said
    assert "not known" not in said


def test_a_share_that_does_not_answer_about_files_is_said_and_costs_no_row(
    shots: Callable[[int], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stamp(_storage: LocalStorage, path: str) -> Stamp:
        raise ShareAwayError(f"The file {path[-13:]} could not be looked at.")

    shots(3)
    assert main(["measure.py:kind", "shots"]) == 0
    monkeypatch.setattr(LocalStorage, "stamp", stamp)
    assert main(["measure.py:kind", "shots"]) == 0
    said = capsys.readouterr().err
    assert "Whether 3 of 3 files have changed could not be found out: The file shot.0001.jpg could" in said
    assert len(rows("kind.csv")) == 3


def test_an_old_table_does_not_hide_a_wrong_path(
    shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(1)
    assert main(["measure.py:kind", "shots"]) == 0
    assert main(["measure.py:kind", "shoots"]) == 2
    assert "shoots is not there" in capsys.readouterr().err


def test_no_results_are_nowhere(shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]) -> None:
    shots(2)
    assert main(["measure.py:leaves", "shots"]) == 1
    assert "The results are in" not in capsys.readouterr().err
    assert not list(Path().glob("leaves.csv*"))


def test_a_second_run_over_a_slow_share_moves_hardly_a_byte(
    shots: Callable[[int], None], slow_share: Callable[..., SlowShare]
) -> None:
    shots(4)
    long_ago = time.time() - 7200  # files as new as these are kept only once they are sure to be whole
    for path in Path("shots").iterdir():
        os.utime(path, (long_ago, long_ago))
    share = slow_share("shots", profile="local")
    command = ["measure.py:size", str(share.mountpoint), "--kind", "bytes", "--quiet"]
    moved = []
    for options in (["--keep"], ["--keep", "--again"], ["--again"]):
        assert main([*command, *options]) == 0
        moved.append(share.counts().bytes_sent)
        share.reset_counts()
    first, second, unkept = moved
    assert first == unkept == sum(path.stat().st_size for path in Path("shots").iterdir())
    assert second <= first / 100


def test_the_demo_is_a_sequence_as_the_window_has_it(
    shots: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots(0)
    monkeypatch.setattr(paths, "folders", lambda: (tmp_path, tmp_path))
    assert (
        main(["measure.py:name_and_size", str(tmp_path / DEMO_FOLDER_NAME), "--kind", "path", "--frames", "1-3"]) == 0
    )
    assert len(rows("name_and_size.csv")) == 3


def test_a_function_that_exits_is_one_that_fails(
    shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(2)
    assert main(["measure.py:leaves", "shots", "--quiet"]) == 1
    assert "shot.0002.jpg: SystemExit: enough" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["measure.py:nothing", "shots"], "There is no function nothing"),
        (["measure.py:kind", "nowhere"], "nowhere"),
        (["measure.py:kind", "shots/shot.0001.jpg"], "is a single file, not a folder"),
        (["measure.py:kind", "shots/other.####.jpg"], "No picture in"),
        (["measure.py:kind", "shots", "--frames", "7-9"], "None of these frames"),
        (["measure.py:kind", "shots", "--frames", "9-1"], "Write the lower number first"),
        (["measure.py:kind", "shots", "--frames", "all"], "cannot be read"),
        (["measure.py:flipped", "shots"], "Add --output FOLDER"),
        (["measure.py:kind", "shots", "--output", "out"], "Add --output FILE.csv"),
        (["measure.py:kind", "shots", "--output", "shots"], "holds other files"),
        (["measure.py:kind", "shots", "--output", "measure.py/a.csv"], "measure.py"),
    ],
)
def test_what_makes_no_sense_is_said_and_leaves_nothing(
    arguments: list[str], sentence: str, shots: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    shots(2)
    before = sorted(Path().rglob("*"))
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err
    assert [path for path in sorted(Path().rglob("*")) if "__pycache__" not in path.parts] == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--workers", "0"], "no whole number from 1 on"),
        (["--format", "../x"], "is no suffix"),
    ],
)
def test_options_that_make_no_sense(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["a.py:f", "shots", *arguments])
    assert sentence in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"lookahead-run {__version__}\n"


def test_the_command_line_loads_nothing_heavy() -> None:
    program = "import sys, viewer.run.command as c; c._parser().format_help(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert not {"numpy", "PIL", "PyQt5", "viewer.core.prefetch.prefetcher"} & {*loaded.stdout.split()}


def slow_run(items: Items, *arguments: str) -> subprocess.Popen[str]:
    """Starts a run whose function asks ``items`` for each frame."""
    paths = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests")])
    environment = {**os.environ, "PYTHONPATH": paths, "ITEMS": " ".join(map(str, items.address))}
    return subprocess.Popen(
        [*COMMAND, "slow.py:slow", "shots", "--workers", "2", *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    """Waits for a run to end; returns its exit code and what it has said."""
    with run:
        try:
            _, printed = run.communicate(timeout=LONG)
        finally:
            run.kill()
    return run.returncode, printed


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("processes", "number"), [([], signal.SIGINT), (["--processes"], signal.SIGINT), ([], signal.SIGTERM)]
)
def test_ctrl_c_keeps_what_is_ready_and_the_same_command_goes_on(
    processes: list[str], number: signal.Signals, shots: Callable[[int], None]
) -> None:
    shots(8)
    with Items() as items:
        items.hold(2, 6)
        run = slow_run(items, *processes)
        items.wait_for(6)  # what came before it is ready, but not written as far as it comes after 2
        run.send_signal(number)
        code, printed = ended(run)
        items.release()
        assert code == 128 + number
        assert re.search("Stopped: [34]/8 frames", printed)
        assert "The same command goes on from here." in printed
        assert "Traceback" not in printed
        written = [row["number"] for row in rows("slow.csv")]
        assert written[:3] == ["1", "3", "4"]  # 5 may have been under way still
        assert ended(slow_run(items, *processes))[0] == 0
        again = [row["number"] for row in rows("slow.csv")]
        assert again[: len(written)] == written
        assert sorted(again) == [*"12345678"]
        assert [items.loads(int(each)) for each in written] == [1] * len(written)


@pytest.mark.parametrize("processes", [[], ["--processes"]])
def test_a_run_that_is_killed_loses_no_row(processes: list[str], shots: Callable[[int], None]) -> None:
    shots(8)
    with Items() as items:
        items.hold(6)
        run = slow_run(items, "--ahead", "1", *processes)
        items.wait_for(6)
        run.kill()
        ended(run)
        items.release()
        written = [row["number"] for row in rows("slow.csv")]
        assert written == ["1", "2", "3", "4", "5"][: len(written)]
        assert len(written) >= 4  # with one frame ahead, 6 begins when 5 is asked for
        with Path("slow.csv").open("ab") as file:
            file.write(b"5,shot.00")  # as a power cut may leave it
        assert ended(slow_run(items, *processes))[0] == 0
        assert [row["number"] for row in rows("slow.csv")] == [str(number) for number in range(1, 9)]
        assert [items.loads(int(each)) for each in written] == [1] * len(written)


@pytest.mark.skipif(os.name == "nt", reason="Windows tells it otherwise")
def test_a_reader_of_the_table_that_goes_away_ends_the_run_quietly(shots: Callable[[int], None]) -> None:
    shots(3)
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [*COMMAND, "measure.py:kind", "shots", "--output", "-"],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
