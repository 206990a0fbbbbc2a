"""The arguments of the command line: what they are called, what they mean, and what they may be."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from viewer import __version__
from viewer.core.display.levels import LEVEL
from viewer.core.frame import Range
from viewer.core.sequence.folder_rule import ORDERS
from viewer.core.units import GB, KB, MB
from viewer.model.sample_numbers import number_typed

if TYPE_CHECKING:
    from collections.abc import Sequence


def parsed(arguments: Sequence[str]) -> dict[str, Any]:
    """Returns the values of the arguments that were given, by the names of their options; ends the program if it must.

    It must where they make no sense, or ask for the help or the version.
    """
    return vars(_parser().parse_args(_with_negative_range(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lookahead",
        description="Steps through numbered pictures in folders on slow network shares.",
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument(
        "path", nargs="?", help="a folder, a picture, or a pattern such as shot.####.png or cam{camera}_{frame}_*.png"
    )
    parser.add_argument("--frame", metavar="N", help="begin at frame N, written as in the names: 131, 0.25, 18:30")
    parser.add_argument(
        "--range", type=_range, metavar="LOW,HIGH", help="show these numbers as black and white: 100,2000"
    )
    parser.add_argument("--fps", type=_rate, metavar="N", help="frames a second for playing, 1 to 240; remembered")
    parser.add_argument("--cache", type=_size, metavar="SIZE", help="memory for frames and files: 2GB; remembered")
    parser.add_argument("--demo", action="store_true", help="open the demo sequence through a simulated slow share")
    parser.add_argument("--order", choices=ORDERS, help="show all pictures of the folder in this order; remembered")
    parser.add_argument("--filter", metavar="TEXT", help='show pictures whose names hold TEXT, or match "left_*"')
    parser.add_argument("--list", action="store_true", help="print the sequences of a folder and end")
    parser.add_argument("--diagnose", action="store_true", help="measure why a folder is slow, print a report and end")
    parser.add_argument("--cache-info", action="store_true", help="print what is kept on this disk and end")
    parser.add_argument(
        "--cache-clear",
        nargs="?",
        const=(),
        type=lambda folder: (folder,),
        metavar="FOLDER",
        help="remove what is kept on this disk, of FOLDER or of all, and end",
    )
    parser.add_argument("--grab", metavar="FILE", help="save a picture of the window at a frame and end")
    parser.add_argument(
        "--measure", action="store_true", help="drive the window for a few seconds, print what was measured"
    )
    parser.add_argument("--screenshot", metavar="FILE", help="where --measure saves its picture")
    parser.add_argument("--version", action="version", version=f"lookahead {__version__}")
    return parser


def _rate(text: str) -> float:
    rate = float(text)
    if not 1 <= rate <= 240:  # noqa: PLR2004 - the limits of the preference
        raise argparse.ArgumentTypeError("a rate is from 1 to 240 frames a second")
    return rate


def _range(text: str) -> Range:
    ends = re.split(r"–|\bto\b", text)  # noqa: RUF001 - as the status line writes it
    numbers = [number_typed(each) for each in (ends if len(ends) > 1 else text.split(","))]
    if len(numbers) != 2 or None in numbers:  # noqa: PLR2004 - black and white
        sentence = f"{text!r} is no range; write the numbers of black and of white, such as 100,2000 or 0.1,1.5"
        raise argparse.ArgumentTypeError(sentence)
    low, high = (each or 0.0 for each in numbers)
    if not LEVEL.low <= low < high <= LEVEL.high:
        sentence = f"black comes first and is the smaller of two numbers from {LEVEL.low:g} to {LEVEL.high:g}: 100,2000"
        raise argparse.ArgumentTypeError(sentence)
    return Range(low, high)


def _with_negative_range(arguments: Sequence[str]) -> list[str]:
    """Returns the arguments with "--range -5,10" as one: argparse would take what begins with a minus for an option."""
    joined = list(arguments)
    for place in range(len(joined) - 2, -1, -1):
        if joined[place] == "--range" and re.match(r"-.+(,|–|\bto\b)", joined[place + 1]):  # noqa: RUF001 - as above
            joined[place : place + 2] = ["=".join(joined[place : place + 2])]
    return joined


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG])?B?", text.strip(), re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 2GB or 500MB")
    size = int(float(match[1]) * {"": 1, "K": KB, "M": MB, "G": GB}[(match[2] or "").upper()])
    if not 128 * MB <= size <= 1024 * GB:
        raise argparse.ArgumentTypeError("the cache can be from 128MB to 1024GB")
    return size
