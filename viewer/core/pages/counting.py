"""How many pages a file holds, by its bytes: of a file that is shown as one picture, so that it can be said."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from viewer.core.decode import faults
from viewer.core.errors import LookaheadError
from viewer.core.formats import HEAD, recognise
from viewer.core.pages.naming import ANIMATIONS, VOLUMES
from viewer.core.records import replace
from viewer.core.storage.storage import FileInMemory
from viewer.core.storage.transfer import Stamp, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from viewer.core.display.picture import Picture
    from viewer.core.frame import Size

MOST = 10_000
"""Pages of a TIFF that are counted: finding so many takes a fifth of a second."""


def pages_in(data: Buffer) -> int:
    """Returns how many pages a whole file holds, 1 for a single picture and for what is damaged; decodes none.

    Of a TIFF at most :data:`MOST`. Worker threads only.
    """
    view = memoryview(data).cast("B")
    form = recognise(bytes(view[:HEAD])).name
    if form not in {"TIFF", *VOLUMES, *ANIMATIONS}:
        return 1
    from viewer.core.pages.containers import HEAD_OF_ANIMATION, contents_of, may_be_animated  # noqa: PLC0415 - most pictures are alone in their file
    from viewer.core.pages.tiff import TiffIndex  # noqa: PLC0415 - the same
    from viewer.core.pages.volumes import VolumeIndex  # noqa: PLC0415 - the same

    with suppress(LookaheadError), faults.translated():
        if form == "TIFF" or form in VOLUMES:
            file = FileInMemory(view, Stamp(view.nbytes, 0), Transfer())
            index = TiffIndex(file) if form == "TIFF" else VolumeIndex(file)
            index.find_more(file, MOST)
            return max(1, len(index))
        if may_be_animated(bytes(view[:HEAD_OF_ANIMATION])):
            return max(1, contents_of(view).frames)
    return 1


def counted(decode: Callable[[Buffer, Size | None, int], Picture]) -> Callable[[Buffer, Size | None, int], Picture]:
    """Returns what decodes in the same way, and says how many pages the file holds."""

    def decoded(data: Buffer, fit_size: Size | None, most_bytes: int) -> Picture:
        picture, pages = decode(data, fit_size, most_bytes), pages_in(data)
        return picture if pages == 1 else replace(picture, pages=pages)

    return decoded
