"""What the window answers to a command whose effect is small or far away, in few words: "In 1011", "Real time"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.model.preferences import rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.model.view_state import ViewState

_ROWS = dict(rows())


def _choice(preference: str, state: ViewState) -> str:
    """Returns the name of the present choice of a preference."""
    return dict(_ROWS[preference].choices)[getattr(state.preferences, preference)]


def _mark(name: str, point: int | None, state: ViewState) -> str:
    return f"No {name.lower()} point" if point is None else f"{name} {state.numbers.text(point)}"


def _bookmark(state: ViewState) -> str:
    if state.number is None:
        return ""
    is_there = any(each.number == state.number for each in state.bookmarks)
    return f"{'Bookmark' if is_there else 'No bookmark'} at {state.numbers.text(state.number)}"


def _channel(state: ViewState) -> str:
    shown = state.levels.look.channel.rpartition(".")[2]
    return f"Channel {shown} alone" if shown else "All channels"


def _mark_in(state: ViewState) -> str:
    return _mark("In", state.mark_in, state)


def _mark_out(state: ViewState) -> str:
    return _mark("Out", state.mark_out, state)


_ANSWERS: dict[str, Callable[[ViewState], str]] = {
    **dict.fromkeys(("mark_in", "clear_in"), _mark_in),
    **dict.fromkeys(("mark_out", "clear_out"), _mark_out),
    "bookmark": _bookmark,
    "repeat": lambda state: _choice("repeat", state),
    "real_time": lambda state: _choice("play_policy", state),
    "show_time": lambda state: _choice("show_time", state),
    "ground": lambda state: f"Behind transparent parts: {_choice('ground', state).lower()}",
    "lock_levels": lambda state: "One range for all frames" if state.levels.is_locked else "A range for each frame",
    **dict.fromkeys(("red", "green", "blue", "alpha", "luminance"), _channel),
    "next_colour_map": lambda state: f"Colours: {state.levels.look.colour_map}",
    "invert": lambda state: "Inverted" if state.levels.look.is_inverted else "Not inverted",
    "marks": lambda state: "Marks on" if state.levels.look.marks else "Marks off",
}


def answer(command: str, state: ViewState) -> str:
    """Returns what to say when ``command`` has led to ``state``; "" where the window shows enough or says why not."""
    say = _ANSWERS.get(command)
    return "" if say is None or state.sequence is None or state.message else say(state)


def nothing_to(verb: str, state: ViewState) -> str:
    """Returns why there is no picture to "copy", to "save"."""
    if state.sequence is None:
        why = "no sequence is open"
    elif state.problem_kind in {"gap", "missing"}:
        why = "this frame is missing"
    else:
        why = "this frame cannot be shown" if state.problem else "this frame is still loading"
    return f"Nothing to {verb}: {why}"
