"""What each command needs: without it menus, buttons and the palette show it grey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.model.commands import COMMANDS, ORDER, ZOOM, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from viewer.model.view_state import ViewState

_NEED_NONE = {"set_rate", "repeat", "real_time", "show_time", "levels"}
"""The commands of the menus of a sequence that can be carried out without one."""
_OF_FRAME = {"copy_picture", "copy_path", "copy_name", "save_picture", "save_file", "fit", "all_of_timeline"}
"""The commands of other menus that need one; where the frame has nothing to copy or save, they say why."""


def _needs_sequence(command: Command) -> bool:
    if command.menu in {"Playback", "Image"}:
        return command.name not in _NEED_NONE
    moves = command.menu == "Go" and (command.group < 2 or "bookmark" in command.name)  # noqa: PLR2004 - see the table
    return moves or command.submenu == ZOOM or command.name in _OF_FRAME


def _has_sequence(state: ViewState) -> bool:
    return state.sequence is not None


def _has_folder(state: ViewState) -> bool:
    return state.folder is not None


def _is_open(state: ViewState) -> bool:
    return state.sequence is not None or state.folder is not None or state.listing


def _has_file(state: ViewState) -> bool:
    return bool(state.file)


def _has_points(state: ViewState) -> bool:
    return state.mark_in is not None or state.mark_out is not None


def _has_bookmarks(state: ViewState) -> bool:
    return bool(state.bookmarks)


def _has_sequences(state: ViewState) -> bool:
    return state.folder is not None and len(state.folder.rows) > 1


NEEDS: Mapping[str, Callable[[ViewState], bool]] = {
    **{command.name: _has_sequence for command in COMMANDS if _needs_sequence(command)},
    **{command.name: _has_folder for command in COMMANDS if command.submenu == ORDER},
    **dict.fromkeys(("which_number", "filter"), _has_folder),
    **dict.fromkeys(("sequences", "legend"), _is_open),
    **dict.fromkeys(("reload_frame", "show_in_folder", "open_with", "open_pages"), _has_file),
    **dict.fromkeys(("previous_bookmark", "next_bookmark"), _has_bookmarks),
    **dict.fromkeys(("previous_sequence", "next_sequence"), _has_sequences),
    **dict.fromkeys(("clear_points", "fill_range"), _has_points),
    "clear_in": lambda state: state.mark_in is not None,
    "clear_out": lambda state: state.mark_out is not None,
    "back": lambda state: state.can_go_back,
    "forward": lambda state: state.can_go_forward,
    "parent_folder": lambda state: state.folder is not None and bool(state.folder.parent),
    "fill": _has_sequence,
    "stop_filling": lambda state: state.sequence is not None and state.reads_on,
}
"""Whether a command can be carried out; those that are not here always can."""


def is_available(command: str, state: ViewState) -> bool:
    """Returns whether a command has in ``state`` what it needs."""
    needs = NEEDS.get(command)
    return needs is None or needs(state)
