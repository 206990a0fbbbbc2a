"""What is said of frames and shares that cannot be had."""

from __future__ import annotations

import pytest

from viewer.core.errors import (
    ChangingError,
    DamagedImageError,
    ImageTooLargeError,
    LookaheadError,
    NotAnsweringError,
    NotFoundError,
    SequenceError,
    ShareAwayError,
    StorageError,
    UnsupportedFormatError,
)
from viewer.core.storage.transfer import Stamp
from viewer.model import messages
from viewer.model.messages import SILENT, WRITTEN_LATELY

SEVEN = "7"
CUT_OFF = DamagedImageError("The file ends after 7 of 20 bytes.")
GONE = NotFoundError("There is no file /shots/a.png.")
BROKEN = ShareAwayError("/shots/a.png could not be read: Input/output error.")
STALE = ShareAwayError("/shots/a.png could not be read: Stale file handle.")
ODD = StorageError("The folder /shots could not be listed: Invalid argument.")
FORBIDDEN = StorageError("The folder /shots could not be listed: Permission denied.")
FORBIDDEN.__cause__ = PermissionError(13, "Permission denied")
SILENCE = NotAnsweringError("The share has sent nothing of /shots/a.png for 20 s.")
GROWING = ChangingError("The file /shots/a.png became shorter while it was read.")


FILE = Stamp(7, 1)


def kind(error: LookaheadError | None, stamp: Stamp | None = None, age: float = 1.0, *, is_away: bool = False) -> str:
    return messages.problem(SEVEN, error, stamp, age, SILENCE if is_away else None)[0]


def test_a_frame_that_is_here_has_no_problem() -> None:
    assert messages.problem(SEVEN, None, FILE, 1.0, SILENCE) == ("", "")


def test_missing_unreadable_unfinished_and_out_of_reach_are_told_apart() -> None:
    empty, is_empty = Stamp(0, 1), UnsupportedFormatError("It is empty.")
    assert kind(GONE) == "missing"
    assert kind(BROKEN) == kind(SILENCE) == "unreadable"
    assert kind(CUT_OFF, FILE, 10 * WRITTEN_LATELY) == kind(CUT_OFF) == kind(CUT_OFF, Stamp(7, 0)) == "unreadable"
    assert kind(CUT_OFF, FILE) == kind(is_empty, empty) == "writing"
    assert kind(is_empty, empty, 600) == "unreadable"
    assert kind(GROWING) == kind(GROWING, FILE, 600) == "writing"


@pytest.mark.parametrize("error", [UnsupportedFormatError("No decoder knows it."), ImageTooLargeError("Too large.", 9)])
def test_what_can_never_be_shown_is_not_said_to_be_unfinished(error: LookaheadError) -> None:
    assert kind(error, FILE) == "unreadable"


def test_while_the_share_is_away_only_what_was_read_is_judged() -> None:
    assert {kind(error, is_away=True) for error in (GONE, BROKEN, SILENCE)} == {"unreachable"}
    assert kind(CUT_OFF, is_away=True) == "unreadable"


@pytest.mark.parametrize("error", [GONE, BROKEN, SILENCE, CUT_OFF, GROWING])
def test_each_sentence_names_the_frame_and_the_cause(error: LookaheadError) -> None:
    _, sentence = messages.problem(SEVEN, error, None)
    assert sentence.startswith("Frame 7 ")
    assert str(error) in sentence


def test_while_the_share_is_away_the_sentence_is_one_whatever_each_read_says() -> None:
    said = {messages.problem(SEVEN, error, away=BROKEN) for error in (GONE, BROKEN, SILENCE, STALE)}
    (whole,) = said
    assert whole[1] == "Frame 7 is not here and cannot be read now. The share does not answer. It is tried again."


def test_the_banner_is_silent_while_the_share_answers() -> None:
    assert not messages.offline(None, 0.0)
    assert not messages.offline(None, SILENT - 0.1)


def test_the_banner_tells_how_long_a_share_is_silent_and_what_can_be_done_meanwhile() -> None:
    assert messages.offline(None, 7.2) == (
        "The share has not answered for 7 s. Frames that are here can be looked at; it is asked again by itself."
    )
    assert messages.offline(SILENCE, 0.0).startswith("The share does not answer. Frames that are here can be looked at")
    assert messages.offline(SILENCE, 27.0).startswith("The share has not answered for 27 s.")
    assert messages.offline(BROKEN, 60.0).startswith("The share does not answer.")
    assert messages.offline(BROKEN, 0.0, 3.2).endswith("it is asked again in 4 s.")


@pytest.mark.parametrize(
    ("error", "begin"),
    [
        (
            SequenceError("There are no pictures in /shots."),
            "The folder /shots holds no pictures any more: it has been",
        ),
        (
            GONE,
            "The folder /shots is not there any more: it has been removed or renamed, or its share is not m",
        ),
        (FORBIDDEN, "The folder /shots may not be listed any more: permission denied. Frames"),
        (BROKEN, "The share does not answer. Frames"),
        (STALE, "The share does not answer. Frames"),
        (ODD, "The folder /shots could not be listed: Invalid argument. Frames"),
    ],
)
def test_what_has_become_of_a_folder_is_told_apart(error: LookaheadError, begin: str) -> None:
    assert messages.offline(messages.folder_error("/shots", error), 0.0).startswith(begin)


def test_an_error_of_ours_says_itself_what_is_wrong_and_any_other_is_named() -> None:
    assert messages.sentence(GONE) == "There is no file /shots/a.png."
    assert messages.sentence(KeyError("x")) == "Something went wrong: KeyError('x')."
