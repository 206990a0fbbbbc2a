"""A lock that programs share: it keeps others out, dies with its program, and never holds anybody up for long."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from viewer.core.cache import file_lock
from viewer.core.cache.file_lock import NAME, locked

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLD = """
import sys
from pathlib import Path
from viewer.core.cache.file_lock import locked
with locked(Path(sys.argv[1])) as has_it:
    print(has_it, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lock, "PATIENCE", 0.02)


@contextlib.contextmanager
def another_program(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Has another program hold the lock."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            yield process
        finally:
            process.kill()


def test_one_at_a_time_and_a_lock_that_a_killed_program_left_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    with another_program(folder) as process:
        with locked(folder) as has_it:
            assert not has_it  # it goes on all the same, after a while
        process.kill()
        process.wait()
        assert (folder / NAME).exists()
        with locked(folder) as has_it:
            assert has_it
    with locked(folder) as first, locked(folder) as second:  # as another thread would
        assert (first, second) == (True, False)


def test_it_is_let_go_when_what_it_is_for_fails(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), locked(tmp_path):
        raise OSError("full")
    with locked(tmp_path) as has_it:
        assert has_it


def test_where_nothing_can_be_written_it_goes_on_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / NAME).symlink_to(tmp_path / "elsewhere")
    for folder in (tmp_path / "file", tmp_path / "links"):
        with locked(folder) as has_it:
            assert not has_it
    assert not (tmp_path / "elsewhere").exists()


def test_where_there_are_no_locks_nothing_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(file_lock, "take", refuse)
    monkeypatch.setattr("time.sleep", lambda _seconds: pytest.fail("it waited"))
    with locked(tmp_path) as has_it:
        assert not has_it
