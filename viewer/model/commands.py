"""Every command as a row: menus, shortcuts, the shortcut sheet and the table in the docs are made from these."""

from __future__ import annotations

from viewer.core.records import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do.

    Attributes:
        name: how the code calls it.
        text: how menus call it.
        menu: the menu it stands in.
        keys: its shortcuts until the user changes them, the first one shown in the menu; in Qt's portable spelling.
        group: commands of one menu with different groups are separated by a line.
        repeats: whether holding the key repeats it.
        checkable: whether it is on or off.
        submenu: the menu within ``menu`` that it stands in, "" for none.
        in_menu: whether it stands in a menu at all.
    """

    name: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    group: int = 0
    repeats: bool = False
    checkable: bool = False
    submenu: str = ""
    in_menu: bool = True


ZOOM, ORDER = "Zoom", "Order of pictures"
"""The menus within menus."""
COMMANDS: tuple[Command, ...] = (
    Command("open_folder", "Open folder…", "File", ("Ctrl+O",)),
    Command("open_file", "Open file…", "File", ("Ctrl+Shift+O",)),
    Command("open_demo", "Open the demo sequence", "File"),
    Command("new_window", "New window", "File", ("Ctrl+N",)),
    Command("reload", "Reload", "File", ("F5",), 1),
    Command("reload_frame", "Reload this frame", "File", ("Shift+R",), 1),
    Command("save_picture", "Save picture as shown…", "File", ("Ctrl+S",), 3),
    Command("save_file", "Save file as it is…", "File", ("Ctrl+Shift+S",), 3),
    Command("copy_picture", "Copy picture", "File", ("Ctrl+C",), 4),
    Command("copy_path", "Copy path", "File", ("Ctrl+Shift+C",), 4),
    Command("copy_name", "Copy name", "File", ("Ctrl+Alt+C",), 4),
    Command("show_in_folder", "Show in folder", "File", ("Ctrl+Alt+R",), 5),
    Command("open_with", "Open with another program", "File", ("Ctrl+Alt+P",), 5),
    Command("preferences", "Preferences…", "File", ("Ctrl+,",), 6),
    Command("quit", "Quit", "File", ("Ctrl+Q", "Ctrl+W"), 7),
    Command("next_frame", "Next frame", "Go", ("Right",), 0, repeats=True),
    Command("previous_frame", "Previous frame", "Go", ("Left",), 0, repeats=True),
    Command("forward_10", "10 frames forward", "Go", ("Shift+Right",), 0, repeats=True),
    Command("back_10", "10 frames back", "Go", ("Shift+Left",), 0, repeats=True),
    Command("forward_100", "100 frames forward", "Go", ("Ctrl+Right",), 0, repeats=True),
    Command("back_100", "100 frames back", "Go", ("Ctrl+Left",), 0, repeats=True),
    Command("first_frame", "First frame", "Go", ("Home",), 1),
    Command("last_frame", "Last frame", "Go", ("End",), 1),
    Command("go_to_frame", "Go to frame…", "Go", ("Ctrl+G",), 1),
    Command("back", "Back to the place before", "Go", ("Alt+Left",), 2),
    Command("forward", "Forward again", "Go", ("Alt+Right",), 2),
    Command("bookmark", "Bookmark this frame", "Go", ("B",), 3, checkable=True),
    Command("previous_bookmark", "Previous bookmark", "Go", ("[",), 3),
    Command("next_bookmark", "Next bookmark", "Go", ("]",), 3),
    Command("bookmarks", "Bookmarks…", "Go", ("Ctrl+B",), 3),
    Command("next_sequence", "Next sequence in the folder", "Go", ("PgDown",), 4),
    Command("previous_sequence", "Previous sequence in the folder", "Go", ("PgUp",), 4),
    Command("open_pages", "Open the pages of this file", "Go", ("Ctrl+Down",), 4),
    Command("parent_folder", "Open the folder above", "Go", ("Ctrl+Up", "Backspace"), 4),
    Command("play", "Play", "Playback", ("Space",), 0, checkable=True),
    Command("play_backwards", "Play backwards", "Playback", ("Shift+Space",), 0, checkable=True),
    Command("play_from_in", "Play from the in point", "Playback", ("Ctrl+Space",)),
    Command("fill_and_play", "Read in to out, then play", "Playback", ("Ctrl+Shift+Space",)),
    Command("shuttle_back", "Shuttle backwards, again: faster", "Playback", ("J",), 1),
    Command("shuttle_stop", "Stop", "Playback", ("K",), 1),
    Command("shuttle_forward", "Shuttle forwards, again: faster", "Playback", ("L",), 1),
    Command("set_rate", "Set rate…", "Playback", ("Ctrl+Shift+T",), 2),
    Command("repeat", "Loop, ping-pong or once", "Playback", ("Ctrl+L",), 2),
    Command("real_time", "Keep real time", "Playback", ("Ctrl+T",), 2, checkable=True),
    Command("mark_in", "Set in point", "Playback", ("I",), 3),
    Command("mark_out", "Set out point", "Playback", ("O",), 3),
    Command("set_in", "In point at…", "Playback", ("Ctrl+Alt+I",), 3),
    Command("set_out", "Out point at…", "Playback", ("Ctrl+Alt+O",), 3),
    Command("clear_in", "Clear in point", "Playback", ("Shift+I",), 3),
    Command("clear_out", "Clear out point", "Playback", ("Shift+O",), 3),
    Command("clear_points", "Clear in and out points", "Playback", ("\\",), 3),
    Command("show_time", "Frames, seconds or time code", "Playback", ("T",), 4),
    Command("set_start", "Time code of the first frame…", "Playback", (), 4),
    Command("fit", "Fit to the window", "View", ("F", "0")),
    Command("zoom_in", "Zoom in", "View", ("+", "=", "Ctrl++", "Ctrl+="), 0, repeats=True, submenu=ZOOM),
    Command("zoom_out", "Zoom out", "View", ("-", "Ctrl+-"), 0, repeats=True, submenu=ZOOM),
    *(Command(f"zoom_{times}", f"{times}00 %", "View", (f"{times}",), 1, submenu=ZOOM) for times in range(1, 9)),
    Command("set_zoom", "Set zoom…", "View", ("Z",), 2, submenu=ZOOM),
    Command("ground", "Behind transparent parts: checker, grey, black, white", "View", ("X",), 1),
    Command("all_of_timeline", "All frames on the timeline", "View", ("Ctrl+0",), 2),
    Command("next_part", "Keys to the next part: list, transport, timeline, levels", "View", ("F6",), 2),
    Command("previous_part", "Keys to the part before", "View", ("Shift+F6",), 2),
    Command("context_menu", "Menu of what has the keys", "View", ("Shift+F10",), 2),
    Command("sequences", "Sequences of the folder", "View", ("S",), 3, checkable=True),
    Command("panels", "Panels", "View", ("Tab",), 3, checkable=True),
    Command("full_screen", "Full screen", "View", ("F11",), 3, checkable=True),
    Command("leave", "Leave full screen", "View", ("Esc",), 3, in_menu=False),
    Command("order_sequences", "Sequences, as their names say", "View", (), 4, checkable=True, submenu=ORDER),
    Command("order_by_pattern", "By pattern", "View", (), 4, checkable=True, submenu=ORDER),
    Command("order_by_name", "All pictures by name", "View", (), 4, checkable=True, submenu=ORDER),
    Command("order_by_number", "All pictures by number", "View", (), 4, checkable=True, submenu=ORDER),
    Command("order_by_date", "All pictures by date", "View", (), 4, checkable=True, submenu=ORDER),
    Command("which_number", "Which number is the frame?…", "View", (), 4),
    Command("filter", "Filter names…", "View", ("Ctrl+F",), 4),
    Command("levels", "Levels", "Image", ("Ctrl+I",), 0, checkable=True),
    Command("auto_levels", "Auto levels, again: cut off more", "Image", ("E",), 1),
    Command("lock_levels", "Lock levels for all frames", "Image", ("Shift+E",), 1, checkable=True),
    Command("first_frame_levels", "Levels of the first frame", "Image", (), 1),
    Command("reset_levels", "Reset levels", "Image", ("Ctrl+E",), 1),
    Command("red", "Red alone, again: all colours", "Image", ("R",), 2),
    Command("green", "Green alone, again: all colours", "Image", ("G",), 2),
    Command("blue", "Blue alone, again: all colours", "Image", ("Shift+B",), 2),
    Command("alpha", "Alpha alone, again: all colours", "Image", ("A",), 2),
    Command("luminance", "Luminance alone, again: all colours", "Image", ("Y",), 2),
    Command("next_colour_map", "Next colour map for grey", "Image", ("C",), 3),
    Command("invert", "Invert", "Image", ("Ctrl+Shift+I",), 3, checkable=True),
    Command("marks", "Mark what is below black, above white, or NaN", "Image", ("M",), 3, checkable=True),
    Command("rotate_left", "Rotate left", "Image", ("Ctrl+[",), 4),
    Command("rotate_right", "Rotate right", "Image", ("Ctrl+]",), 4),
    Command("flip_horizontally", "Flip horizontally", "Image", ("Shift+H",), 4),
    Command("flip_vertically", "Flip vertically", "Image", ("Shift+V",), 4),
    Command("palette", "Find a command…", "Tools", ("Ctrl+Shift+P",)),
    Command("fill", "Read the whole sequence", "Tools", ("Ctrl+R",), 1),
    Command("fill_range", "Read from in to out", "Tools", ("Ctrl+Shift+R",), 1),
    Command("stop_filling", "Stop reading", "Tools", ("Ctrl+.",), 1),
    Command("diagnose", "Why is this slow?", "Tools", (), 2),
    Command("shortcuts", "Keyboard shortcuts", "Help", ("F1", "?")),
    Command("edit_keys", "Change keyboard shortcuts…", "Help"),
    Command("legend", "What the colours of the timeline mean", "Help", ("Shift+F1",)),
    Command("about", "About Lookahead", "Help", (), 1),
)

MOUSE: tuple[tuple[str, str], ...] = (
    ("picture: wheel", "zooms about the pointer, or steps, as you prefer"),
    ("picture: Ctrl and wheel", "the other of the two"),
    ("picture: Shift and wheel", "steps ten frames"),
    ("picture: drag", "moves a zoomed picture; takes the file of a fitted one to where it is dropped"),
    ("picture: Alt and drag", "scrubs through the frames"),
    ("picture: double click", "full screen, and back"),
    ("picture: pinch", "zooms; two fingers on a touchpad or one on the screen move a zoomed picture"),
    ("timeline: drag", "scrubs, or moves the in or out point"),
    ("timeline: wheel", "steps"),
    ("timeline: Ctrl and wheel", "zooms the timeline"),
    ("list: drag a row", "takes its file to where it is dropped"),
    ("status line: drag the name", "takes the file, also of a zoomed picture"),
    ("everywhere: right button", "the menu for the frame or row under the pointer"),
    ("everywhere: buttons back and forward", "go through the frames visited"),
    ("window: drop files or a folder", "opens them; of several sequences the first"),
)
"""What the mouse does, and where."""
CONTEXT_MENUS: dict[str, tuple[str, ...]] = {
    "picture": (
        *(
            "fit",
            "zoom_1",
            "zoom_2",
            "-",
            "copy_picture",
            "copy_path",
            "save_picture",
            "show_in_folder",
            "open_with",
            "-",
        ),
        *(
            "bookmark",
            "mark_in",
            "mark_out",
            "-",
            "auto_levels",
            "levels",
            "ground",
            "rotate_left",
            "rotate_right",
            "flip_horizontally",
            "flip_vertically",
            "-",
        ),
        *("full_screen", "reload_frame"),
    ),
    "timeline": (
        *("clear_in", "clear_out", "fill_range", "-", "previous_bookmark", "next_bookmark", "bookmarks", "-"),
        *("all_of_timeline", "show_time"),
    ),
    "sequences": ("parent_folder", "previous_sequence", "next_sequence", "-", "filter", "which_number", "reload"),
}
"""The commands in the menu of each part of the window, "-" for a line between them."""
AT_FRAME = {
    "go_to": "Go to {}",
    "mark_in": "Set in point at {}",
    "mark_out": "Set out point at {}",
    "bookmark": "Bookmark {}",
}
"""What stands above those of the timeline: the same for the frame under the pointer, whose number takes the braces."""
AT_ROW = {"open": "Open {}", "copy_path": "Copy path of {}"}
"""What stands above those of the list: for the row under the pointer, whose name takes the braces."""
