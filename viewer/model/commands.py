"""Every command as a row: menus, shortcuts, the shortcut sheet and the README table are made from these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        name: how the code calls it.
        text: how menus call it.
        menu: the menu it stands in.
        keys: its shortcuts, the first one shown in the menu; in Qt's portable spelling.
        group: commands of one menu with different groups are parted by a line.
        repeats: whether holding the key repeats it.
        checkable: whether it is on or off.
    """

    name: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    group: int = 0
    repeats: bool = False
    checkable: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("open_folder", "Open folder…", "File", ("Ctrl+O",)),
    Command("open_file", "Open file…", "File", ("Ctrl+Shift+O",)),
    Command("open_demo", "Open the demo sequence", "File"),
    Command("reload", "Reload", "File", ("F5",), 1),
    Command("fill", "Read the whole sequence", "File", ("Ctrl+R",), 2),
    Command("fill_range", "Read from in to out", "File", ("Ctrl+Shift+R",), 2),
    Command("stop_filling", "Stop reading", "File", ("Ctrl+.",), 2),
    Command("copy_picture", "Copy picture", "File", ("Ctrl+C",), 3),
    Command("copy_path", "Copy path", "File", ("Ctrl+Shift+C",), 3),
    Command("preferences", "Preferences…", "File", ("Ctrl+,",), 4),
    Command("quit", "Quit", "File", ("Ctrl+Q",), 5),
    Command("next_frame", "Next frame", "Go", ("Right",), 0, repeats=True),
    Command("previous_frame", "Previous frame", "Go", ("Left",), 0, repeats=True),
    Command("forward_10", "10 frames forward", "Go", ("Shift+Right",), 0, repeats=True),
    Command("back_10", "10 frames back", "Go", ("Shift+Left",), 0, repeats=True),
    Command("forward_100", "100 frames forward", "Go", ("Ctrl+Right",), 0, repeats=True),
    Command("back_100", "100 frames back", "Go", ("Ctrl+Left",), 0, repeats=True),
    Command("first_frame", "First frame", "Go", ("Home",), 1),
    Command("last_frame", "Last frame", "Go", ("End",), 1),
    Command("go_to_frame", "Go to frame…", "Go", ("Ctrl+G",), 1),
    Command("next_sequence", "Next sequence in the folder", "Go", ("PgDown",), 2),
    Command("previous_sequence", "Previous sequence in the folder", "Go", ("PgUp",), 2),
    Command("play", "Play", "Playback", ("Space",), 0, checkable=True),
    Command("loop", "Loop", "Playback", ("Ctrl+L",), 0, checkable=True),
    Command("mark_in", "Set in point", "Playback", ("I",), 1),
    Command("mark_out", "Set out point", "Playback", ("O",), 1),
    Command("clear_in", "Clear in point", "Playback", ("Shift+I",), 1),
    Command("clear_out", "Clear out point", "Playback", ("Shift+O",), 1),
    Command("fit", "Fit to the window", "View", ("F",)),
    Command("zoom_1", "100 %", "View", ("1",)),
    Command("zoom_2", "200 %", "View", ("2",)),
    Command("zoom_3", "300 %", "View", ("3",)),
    Command("zoom_4", "400 %", "View", ("4",)),
    Command("zoom_5", "500 %", "View", ("5",)),
    Command("zoom_6", "600 %", "View", ("6",)),
    Command("zoom_7", "700 %", "View", ("7",)),
    Command("zoom_8", "800 %", "View", ("8",)),
    Command("zoom_in", "Zoom in", "View", ("+", "="), 1, repeats=True),
    Command("zoom_out", "Zoom out", "View", ("-",), 1, repeats=True),
    Command("panels", "Panels", "View", ("Tab",), 2, checkable=True),
    Command("full_screen", "Full screen", "View", ("F11",), 2, checkable=True),
    Command("leave", "Leave full screen", "View", ("Esc",), 2),
    Command("shortcuts", "Keyboard shortcuts", "Help", ("F1", "?")),
    Command("diagnose", "Why is this slow?", "Help"),
    Command("about", "About Lookahead", "Help"),
)
