"""The command line, as a person types it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pictures
import pytest
from doubles import MemoryFileCache
from loading import Bench
from PIL import Image
from viewing import Viewing, numbered

from viewer import __version__, app, cli, measure, paths
from viewer.arguments import parsed
from viewer.core.cache.disk_cache import DiskCache
from viewer.core.computer_memory import ComputerMemory
from viewer.core.display.look import Look
from viewer.core.files import KEPT_FILES
from viewer.core.frame import Range
from viewer.core.sequence.folder_rule import FolderRule, Order
from viewer.core.spans import Span
from viewer.core.units import GB, MB
from viewer.model.sequence_settings import WHOLE_FOLDER, SequenceSettings
from viewer.model.sequence_settings_file import SequenceSettingsFile
from viewer.model.view_state import LevelsView, SequenceView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REPOSITORY = Path(__file__).parents[2]


def lookahead(
    *arguments: str, folder: Path, start: Sequence[str] = ("-m", "viewer")
) -> subprocess.CompletedProcess[str]:
    """Runs the program off-screen in ``folder``."""
    return subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY), "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"lookahead {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--nonsense"], "unrecognized arguments"),
        (["--fps", "0"], "from 1 to 240"),
        (["--fps", "fast"], "fast"),
        (["--range", "bright"], "'bright' is no range"),
        (["--range", "1,5,2,5"], "such as 100,2000"),
        (["--range", "5"], "no range"),
        (["--range", "2000,100"], "black comes first"),
        (["--range", "7,7"], "black comes first"),
        (["--range", "0,nan"], "no range"),
        (["--range", "-inf,0"], "no range"),
        (["--range", "-5,-9"], "black comes first"),
        (["--range", "1e300,1e301"], "from -1e+200 to 1e+200"),
        (["--range", "-1e308,1e308"], "from -1e+200 to 1e+200"),
        (["--cache", "much"], "write 2GB or 500MB"),
        (["--cache", "1MB"], "from 128MB"),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(("text", "size"), [("2GB", 2 * GB), ("500MB", 500 * MB), ("1.5g", 1_500 * MB)])
def test_sizes(text: str, size: int) -> None:
    assert parsed(["--cache", text]) == {"cache": size}


def test_no_display_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cli.main(["/shots"]) == 1
    assert "There is no display" in capsys.readouterr().err


def test_list_prints_the_sequences(frames: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = frames("shots", 12, size=(8, 8))
    (folder / "shot.0005.jpg").unlink()
    assert cli.main(["--list", str(folder)]) == 0
    assert capsys.readouterr().out == "shot.[0001-0004,0006-0012].jpg  11 frames, 1 gap\n"
    assert cli.main(["--list", str(folder / "shot.####.jpg")]) == 0
    assert "11 frames" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a_1.png", "a_2.png", "x.xcf", "y.XCF"], "Not read: 2 .xcf\n"),
        (["x.xcf"], "lookahead: There are no pictures in {} that are read here; it holds 1 .xcf.\n"),
        (["v1/a.png"], "lookahead: There are no pictures in {} itself; it holds the folder v1.\n"),
    ],
)
def test_list_says_what_is_not_shown(
    names: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert cli.main(["--list", str(tmp_path)]) == (len(names) == 1)
    printed = capsys.readouterr()
    assert printed.err == said.format(tmp_path)
    assert printed.out == ("" if len(names) == 1 else "a_[1-2].png  2 frames\n")


def test_a_text_that_is_named_is_said_to_be_no_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("notes.txt", "notes.mccd", "notes.001"):
        path = tmp_path / name[-3:] / name
        path.parent.mkdir()
        path.write_text("Some words.")
        assert cli.main(["--list", str(path)]) == 1
        assert f"{path} cannot be shown. It is not a picture" in capsys.readouterr().err


def test_list_prints_what_a_pattern_with_a_frame_makes_of_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("cam1_7_01.png", "cam1_8_02.png", "cam2_7_03.png", "cam2_8_01.png", "tree.png"):
        (tmp_path / name).touch()
    assert cli.main(["--list", str(tmp_path / "cam{camera}_*_{frame}.png")]) == 0
    assert capsys.readouterr().out == "cam1_*_[01-02].png  2 frames\ncam2_*_[01,03].png  2 frames\ntree.png  1 frame\n"
    assert cli.main(["--list", str(tmp_path / "eye{frame}.png")]) == 1
    assert 'has a name like "eye{frame}.png"' in capsys.readouterr().err


def test_list_goes_by_what_the_window_remembers_of_a_folder_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "data_folder", lambda: tmp_path / "data")
    folder = tmp_path / "cams"
    folder.mkdir()
    for name in ("cam1_7_01.png", "cam1_8_02.png", "cam2_7_03.png", "cam2_8_01.png"):
        (folder / name).touch()
    file = SequenceSettingsFile(tmp_path / "data" / paths.SEQUENCES)
    by_pattern = ["cam1_*_[01-02].png  2 frames", "cam2_*_[01,03].png  2 frames"]
    pattern = "cam{camera}_*_{frame}.png"
    for rule, said, printed in (
        (FolderRule(pattern=pattern), f"By the pattern {pattern}, remembered for this folder; ", by_pattern),
        (FolderRule(pattern=pattern, filter="cam1"), "only names with “cam1”, remembered", by_pattern[:1]),
        (FolderRule(pattern=pattern, filter="eye"), "By the pattern", by_pattern),
        (FolderRule(Order.BY_NAME), "By name, remembered", sorted(path.name for path in folder.iterdir())),
    ):
        file.save(str(folder), {WHOLE_FOLDER: SequenceSettings(rule=rule)})
        assert cli.main(["--list", str(folder)]) == 0
        out, err = capsys.readouterr()
        assert out.splitlines() == printed
        assert said in err
        assert cli.main(["--list", "--order", "sequences", str(folder)]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        assert out.splitlines() != by_pattern
        assert cli.main(["--list", str(folder / "cam2_{frame}_*.png"), "--order", "name"]) == 0
        assert capsys.readouterr() == ("cam2_7_03.png\ncam2_8_01.png\n", "")


def test_list_prints_the_names_in_one_order_or_the_sequences_that_a_filter_leaves(
    frames: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = frames("shots", 3)
    names = sorted(path.name for path in folder.iterdir())
    for time, name in enumerate(reversed(names)):
        os.utime(folder / name, (time, time))
    for arguments, printed in (
        (["--order", "name"], names),
        (["--order", "date"], names[::-1]),
        (["--order", "number", "--filter", f"*{names[1][-8:]}"], names[1:2]),
        (["--filter", "2"], [f"{names[1]}  1 frame"]),
    ):
        assert cli.main(["--list", *arguments, str(folder)]) == 0
        assert capsys.readouterr().out.splitlines() == printed
    assert cli.main(["--list", "--filter", "nowhere", str(folder)]) == 1
    assert "has a name with “nowhere”" in capsys.readouterr().err


def test_diagnose_prints_a_report_and_says_what_it_is_doing(
    frames: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--diagnose", str(frames("shots", 3, size=(8, 8)))]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("In short\n")
    assert "Listing the folder" in printed.out
    assert printed.err.startswith("Listing ")


def kept_files() -> DiskCache:
    """Returns the user's cache, with a file of 2 kB in /mnt/a and two in /mnt/b."""
    cache = DiskCache(paths.folders()[1] / KEPT_FILES, GB)
    for path in ("/mnt/a/1.jpg", "/mnt/b/1.jpg", "/mnt/b/\udcff.jpg"):
        assert cache.put(path, bytes(2000), 2000, 1)
    return cache


def test_cache_info_prints_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--cache-info"]) == 0
    folder = paths.folders()[1] / KEPT_FILES
    assert capsys.readouterr().out == f"0 bytes of at most 10.0 GB are kept in {folder}\n"
    assert not folder.exists()
    kept_files()
    assert cli.main(["--cache-info"]) == 0
    total, _, second, third = capsys.readouterr().out.splitlines()
    assert total.startswith("6 kB of at most 10.0 GB")
    assert (second.split()[:3], second.split()[-1]) == (["4", "kB", "2"], "/mnt/b")
    assert (third.split()[:3], third.split()[-1]) == (["2", "kB", "1"], "/mnt/a")


def test_cache_clear_removes_what_is_kept_of_one_folder_or_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    cache = kept_files()
    assert cli.main(["--cache-clear", "/mnt/a"]) == 0
    assert capsys.readouterr().out == "2 kB were freed.\n"
    assert [each.folder for each in cache.folders()] == ["/mnt/b"]
    assert cli.main(["--cache-clear", "/mnt/a"]) == 0
    assert capsys.readouterr().out == "Nothing of /mnt/a was kept on this disk.\n"
    assert cli.main(["--cache-clear"]) == 0
    assert capsys.readouterr().out == "4 kB were freed.\n"
    assert cli.main(["--cache-clear"]) == 0
    assert capsys.readouterr().out == "Nothing was kept on this disk.\n"


@pytest.mark.parametrize("arguments", [["--cache-info"], ["--cache-clear"]])
def test_the_cache_is_seen_to_without_loading_qt(arguments: list[str]) -> None:
    code = f"import sys; from viewer import cli; cli.main({arguments}); sys.exit('PyQt5' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


@pytest.mark.parametrize("arguments", [["--list"], ["--diagnose"], ["--measure"], ["--grab", "out.png"]])
def test_a_path_that_is_not_there_gets_one_sentence_and_an_exit_code(arguments: list[str], tmp_path: Path) -> None:
    done = lookahead(*arguments, str(tmp_path / "nowhere"), folder=tmp_path)
    said = [line for line in done.stderr.splitlines() if line.startswith("lookahead:")]
    assert done.returncode == 1
    assert len(said) == 1
    assert "nowhere" in said[0]


def test_a_window_stays_where_there_is_nothing_to_open_and_ends_with_1_unless_the_user_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    viewing = Viewing(numbered(2) | {"/text/notes.txt": b"Some words."})

    def live(open_first: Callable[[object], None], *_early: object) -> int:
        running = SimpleNamespace(window=viewing, model=viewing.model, loop=viewing.loop, exit_code=0)
        open_first(running)
        for _ in range(20):
            viewing.list_folder()
            viewing.loop.advance(0.1)
        codes.append(running.exit_code)
        viewing.open("/shots")
        viewing.loop.advance(2.0)
        return int(running.exit_code)

    monkeypatch.setattr(app, "run", live)
    monkeypatch.setattr(cli, "_has_display", lambda: True)
    codes: list[int] = []
    for path, sentence in (
        ("/nowhere", "There is no folder /nowhere"),
        ("/text", "There are no pictures in /text"),
        ("/text/notes.txt", "/text/notes.txt cannot be shown. It is not a picture"),
    ):
        assert cli.main([path]) == 0, "the user has opened something else meanwhile"
        assert codes.pop() == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1, "it is said once"
        assert lines[0].startswith(f"lookahead: {sentence}")
    viewing.close()


def test_grab_saves_a_picture_of_the_window_at_a_frame(frames: Callable[..., Path], tmp_path: Path) -> None:
    folder = frames("shots", 5, "png")
    done = lookahead("--grab", "out.png", "--frame", "3", str(folder), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (1280, 820)
    first = folder / "shot.0001.png"
    for target, path in ((first, folder), (first, first), ("out.png", None)):
        done = lookahead(*map(str, ["--grab", target, path] if path else ["--grab", target]), folder=tmp_path)
        assert (done.returncode, "is there already" in done.stderr) == (1, True), "a picture is not written over"
    with Image.open(tmp_path / "out.png") as picture:
        assert (21, 39, 90) in {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}


def test_grab_loads_no_other_frame_neither_from_the_share_nor_from_this_disk() -> None:
    kept = MemoryFileCache()
    bench = Bench(20, loads=measure.OneFrameLoader, file_cache=kept, checkers=4)
    bench.loader.note_on_disk(set(bench.paths[10:]))
    bench.show(3)
    assert bench.checkers.waiting == []
    bench.settle()
    assert (bench.numbers_read(), kept.fetched, bench.ready()) == ([3], [], [3])


def test_grab_of_a_frame_that_is_not_there_says_which_are_and_saves_nothing(
    frames: Callable[..., Path], tmp_path: Path
) -> None:
    done = lookahead("--grab", "out.png", "--frame", "99", str(frames("shots", 3, "png")), folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "lookahead: There is no frame 99: the frames are 1 to 3.\n")
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (1, ""),
        (0, "There is no frame 0: the frames are 1 to 9, with gaps."),
        (5, "There is no frame 5: the frames are 1 to 9, with gaps."),
        (6, ""),
        (10, "There is no frame 10: the frames are 1 to 9, with gaps."),
    ],
)
def test_a_frame_that_is_in_a_gap_is_not_there_either(frame: int, sentence: str) -> None:
    sequence = SequenceView("a", "/shots", 1, 9, 7, (Span(4, 5),), 1, 1)
    assert measure.no_such_frame(str(frame), sequence) == sentence


@pytest.mark.parametrize(
    ("said", "is_outdated", "says_all"),
    [("0 9 locked", False, True), ("0 9 locked · range of frame 1", False, False), ("0 9 locked", True, False)],
)
def test_grab_waits_for_what_the_status_line_says(said: str, *, is_outdated: bool, says_all: bool) -> None:
    knows, look = LevelsView(Look(Range(0, 9)), words="0 9 locked"), Look(Range(0, 9))
    shown = SimpleNamespace(is_outdated=is_outdated)
    app = SimpleNamespace(
        window=SimpleNamespace(state=SimpleNamespace(shown=shown, levels=LevelsView(look, words=said))),
        model=SimpleNamespace(levels=SimpleNamespace(see=lambda _shown: knows)),
    )
    assert measure.says_all(app) is says_all  # type: ignore[arg-type]  # a double


@pytest.mark.parametrize(("arguments", "grey"), [([], 255), (["--range", "0,6000"], 128)])
def test_grab_takes_the_range_of_the_first_frame_or_the_one_given(
    tmp_path: Path, arguments: list[str], grey: int
) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    for number in range(1, 7):
        samples = np.repeat(np.array([0, 500, 1000], np.uint16) * number, 200)[None].repeat(400, 0)
        (folder / f"a.{number}.tif").write_bytes(pictures.tiff(samples, photometric="minisblack"))
    done = lookahead("--grab", "out.png", "--frame", "6", *arguments, str(folder), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "out.png") as picture:
        width, height = picture.size
        for across, shown in ((width // 2, grey), (width * 3 // 16, 0)):
            assert picture.convert("RGB").getpixel((across, height // 3)) == (shown,) * 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--range", "100,2000"], (100, 2000)),
        (["--range=0.1,1.5"], (0.1, 1.5)),
        (["--range", "-5,1e3"], (-5, 1000)),
        (["--range", "-.5,-.25", "--frame", "3"], (-0.5, -0.25)),
        ([], None),
    ],
)
def test_the_range_goes_to_the_window(
    arguments: list[str], expected: tuple[float, float] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "grab", lambda _path, _frame, _target, shown, **_wished: 0 if shown == expected else 7)
    assert cli.main(["folder", "--grab", "out.png", *arguments]) == 0


@pytest.mark.parametrize("way", ["--measure", "--grab"])
def test_order_and_filter_go_to_the_window_off_screen(
    way: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(measure, way.strip("-"), lambda *_, rule, **__: seen.append(rule))
    arguments = [way, "out.png"] if way == "--grab" else [way]
    cli.main([*arguments, "folder", "--order", "number", "--filter", "left_*"])
    assert seen == [FolderRule(Order.BY_NUMBER, filter="left_*")]
    assert cli.main([*arguments, "folder/a.####.png", "--filter", "left"]) == 1
    assert "leave out --order and --filter" in capsys.readouterr().err


def test_grab_takes_the_frame_in_the_order_that_is_given(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    folder.mkdir()
    for number, (name, kind) in enumerate([("c", "red"), ("b", "lime"), ("a", "blue")]):
        Image.new("RGB", (400, 200), kind).save(folder / f"{name}.png")
        os.utime(folder / f"{name}.png", (number, 10**9 + number))
    for arguments, colour in (([], (255, 0, 0)), (["--frame", "2"], (0, 255, 0))):
        done = lookahead("--grab", "out.png", "--order", "date", *arguments, str(folder), folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        with Image.open(tmp_path / "out.png") as picture:
            width, height = picture.size
            assert picture.convert("RGB").getpixel((width // 2, height // 3)) == colour
    done = lookahead("--grab", "no.png", "--filter", "zzz", str(folder), folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "lookahead: No name holds “zzz”.\n")


QUICKLY = """
from viewer import cli, measure

measure.REST, measure.STEP_EVERY, measure.HOLD_FOR = 0.2, 0.05, 0.2
raise SystemExit(cli.main())
"""


def test_measure_prints_figures_and_saves_a_picture(frames: Callable[..., Path], tmp_path: Path) -> None:
    shots = frames("shots", 40, size=(64, 36))
    done = lookahead("--measure", str(shots), folder=tmp_path, start=("-c", QUICKLY))
    assert done.returncode == 0, done.stderr
    for words in ("first picture", "step to a frame in memory", "hit rate", "event loop", "per second"):
        assert words in done.stdout
    assert (tmp_path / "screenshot.png").stat().st_size > 1000


@pytest.mark.parametrize("arguments", [["--measure"], ["--grab", "out.png"]])
def test_the_window_off_screen_has_the_cache_and_the_rate_that_are_given(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    seen: list[object] = []
    monkeypatch.setattr("viewer.measure._with_window", lambda _path, _frame, wished, *_, **__: seen.append(wished))
    cli.main([*arguments, "--cache", "256MB", "--fps", "12"])
    cli.main(arguments)
    assert seen == [{"cache_bytes": 256 * MB, "rate": 12}, {}]


SET_UP = """
import ctypes, os, sys
from viewer import app

os.environ.pop("QT_XCB_GL_INTEGRATION", None)
application = app.make_application(["test"])
library, size = ctypes.CDLL(None), ctypes.c_size_t
library.malloc.restype, library.malloc.argtypes, library.free.argtypes = ctypes.c_void_p, [size], [ctypes.c_void_p]
library.free(library.malloc(16 << 20))  # after this glibc would keep blocks of 2 MB, were it not told otherwise
before_block = library.malloc(2 << 20) - ctypes.sizeof(size)
print(sys.getswitchinterval() == app.SWITCH_INTERVAL, bool(size.from_address(before_block).value & 2))
print(os.environ["QT_XCB_GL_INTEGRATION"])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")
def test_threads_change_often_large_blocks_of_memory_are_the_systems_own_and_opengl_is_not_loaded() -> None:
    arguments = [sys.executable, "-c", SET_UP]
    assert subprocess.check_output(arguments, cwd=REPOSITORY, text=True).split() == ["True", "True", "none"]


@pytest.mark.parametrize(("size", "warned"), [("900GB", True), ("2GB", False)])
def test_a_cache_beyond_the_memory_is_warned_of(
    size: str,
    frames: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    warned: bool,
) -> None:
    monkeypatch.setattr("viewer.core.computer_memory.computer_memory", lambda: ComputerMemory(16 * GB, 12 * GB))
    assert cli.main(["--cache", size, "--list", str(frames("shots", 2))]) == 0
    said = capsys.readouterr()
    assert ("A cache of 900 GB is more than this computer can give: it has 16.0 GB" in said.err) == warned
    assert "2 frames" in said.out
