"""Whether a file is worth reading, by its size and its first piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.core.decode import faults
from viewer.core.decode.decoder import MOST_BYTES
from viewer.core.errors import ImageTooLargeError, NotReadAheadError
from viewer.core.formats import LARGEST_FILE, may_be_picture
from viewer.core.records import dataclass
from viewer.core.units import MB, format_bytes

if TYPE_CHECKING:
    from typing_extensions import Buffer

LARGE = 16 * MB
"""Of files beyond this size the first piece is asked how many pixels there are, too, before the rest is read."""


@dataclass(frozen=True, slots=True)
class PictureJudge:
    """Implements :class:`viewer.core.storage.transfer.Judge` for a file that is to become a picture; any thread.

    Attributes:
        suffix: of the file's name, with its dot.
        ahead: bytes of the largest file that is read before it is needed; None if it is needed now.
        most: bytes of the largest file that is read at all.
        cache: bytes of the cache, which is why.
        decoded: bytes of the largest picture that can be shown, once decoded.
    """

    suffix: str
    ahead: int | None = None
    most: int = LARGEST_FILE
    cache: int = LARGEST_FILE
    decoded: int = MOST_BYTES

    def weigh(self, size: int) -> ImageTooLargeError | None:
        """Returns why no more than the first piece of a file of so many bytes is to be read, None to read it.

        Raises:
            NotReadAheadError: it is not to be read now.
        """
        if self.ahead is not None and size > self.ahead:
            raise NotReadAheadError(f"The file has {format_bytes(size)}, too much to be read ahead.")
        if size <= min(self.most, LARGEST_FILE):
            return None
        if size > LARGEST_FILE:
            return ImageTooLargeError(f"The file has {format_bytes(size)}, too much to be one picture.")
        return ImageTooLargeError(
            f"The file has {format_bytes(size)}, but the cache size is {format_bytes(self.cache)}. Raise the cache"
            " size in the preferences to see it."
        )

    def look(self, head: Buffer, size: int) -> None:
        """Looks at the first piece of a file of ``size`` bytes.

        Raises:
            UnsupportedFormatError: it is no picture.
            DamagedImageError: it is empty, or ends before it can be told what it is.
            ImageTooLargeError: its picture takes too much memory.
        """
        piece = bytes(head)
        if not may_be_picture(piece, self.suffix):
            raise faults.no_picture(piece)
        if size > LARGE:
            from viewer.core.decode.pillow import size_in  # noqa: PLC0415 - Pillow is loaded for large files only

            found = size_in(piece)
            if found is not None:
                faults.check_size(*found, min(self.decoded, MOST_BYTES))
