"""What was learned of lines, from one run to the next."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from doubles import HandExecutor, HandLoop

from viewer.core.load import known_lines as known_lines_module
from viewer.core.load.known_lines import MOST_FILES, KnownLine, KnownLines, LineMemory

if TYPE_CHECKING:
    from pathlib import Path

NAS = "fuse.sshfs me@nas:/shots /mnt/nas"


def test_what_is_remembered_of_a_share_is_known_in_the_next_run(tmp_path: Path) -> None:
    KnownLines(tmp_path).remember(NAS, KnownLine(8, 0.012))
    assert KnownLines(tmp_path).recall(NAS) == KnownLine(8, 0.012)
    assert KnownLines(tmp_path).recall("fuse.sshfs me@nas:/shots /mnt/other") is None
    KnownLines(tmp_path).remember(NAS, KnownLine(1, 0.0))
    assert KnownLines(tmp_path).recall(NAS) == KnownLine(1, 0.0)


DAMAGED = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "a list": b"[1, 2]",
    "of another share": json.dumps({"share": "x", "reads": 8, "wait": 0.0}).encode(),
    "too many": json.dumps({"share": NAS, "reads": 10**9, "wait": 0.0}).encode(),
    "too few": json.dumps({"share": NAS, "reads": 0, "wait": 0.0}).encode(),
    "no number": json.dumps({"share": NAS, "reads": "8", "wait": 0.0}).encode(),
    "not finite": b'{"share": "%s", "reads": 8, "wait": NaN}' % NAS.encode(),
    "too long": b'{"share": "%s", "reads": 8, "wait": 0.0%s}' % (NAS.encode(), b"0" * 10_000),
    "too deep": b"[" * 4000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_says_nothing_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    lines = KnownLines(tmp_path)
    lines.remember(NAS, KnownLine(8, 0.0))
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(content)
    assert lines.recall(NAS) is None
    lines.remember(NAS, KnownLine(8, 0.0))
    assert lines.recall(NAS) == KnownLine(8, 0.0)


def test_those_learned_of_long_ago_are_forgotten_and_a_disk_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    lines = KnownLines(tmp_path / "cache")
    for number in range(MOST_FILES + 3):
        lines.remember(str(number), KnownLine(1 + number % 8, 0.0))
        for file in tmp_path.rglob("*.json"):
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 10))
    kept = [number for number in range(MOST_FILES + 3) if lines.recall(str(number)) is not None]
    assert kept == list(range(3, MOST_FILES + 3))
    (tmp_path / "file").write_text("")
    KnownLines(tmp_path / "file").remember(NAS, KnownLine(8, 0.0))
    assert KnownLines(tmp_path / "file").recall(NAS) is None


def test_only_news_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_lines_module, "share_of", lambda path: path)
    disk = HandExecutor(HandLoop())
    memory = LineMemory(KnownLines(tmp_path), disk)
    taken: list[tuple[str, KnownLine | None]] = []
    memory.recall(NAS, lambda *each: taken.append(each))
    disk.finish_all()
    assert taken == [(NAS, None)]
    written = []
    for line in (KnownLine(8, 0.010), KnownLine(8, 0.011), KnownLine(8, 0.03), KnownLine(4, 0.03)):
        memory.remember(NAS, line)
        written.append(len(disk.waiting))
        disk.finish_all()
    assert written == [1, 0, 1, 1]
    LineMemory(KnownLines(tmp_path), disk).recall(NAS, lambda *each: taken.append(each))
    disk.finish_all()
    assert taken[1:] == [(NAS, KnownLine(4, 0.03))]
