"""The decoding lane: what is being decoded, how much at once, and when the decoders rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from viewer.core.load.holdings import ORDINARY_PIXELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Buffer

    from viewer.core.executor import Executor, Failure, Success
    from viewer.core.frame import Picture, Size
    from viewer.core.loop import Loop

    Decode: TypeAlias = Callable[[Buffer, Size | None, int], Picture]
    """``decode(data, fit_size, max_pixels)``: makes a picture of a file's bytes, for ``fit_size``; on a worker."""

SHORT_LEAD = 24
"""With fewer of the frames needed next here, all decoders look ahead; from here on one waits for the wanted frame."""
COMFORTABLE_LEAD = 80
"""With so many of the frames needed next here, decoding takes its time and leaves the processor to the window."""
REST_FOR_WORK = 1
"""How long decoding then rests, in times of what it worked. (Stepping is slower while it works flat out.)"""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The end of a decode.

    Attributes:
        path: the frame's file.
        outcome: the picture or why there is none; None if the bytes were from before a reload.
        fit_size: the size that the display-ready copy was made for.
        for_thumbnail: whether it was decoded for the sake of its small picture.
        seconds: how long it took.
    """

    path: str
    outcome: Success[Picture] | Failure | None
    fit_size: Size | None
    for_thumbnail: bool
    seconds: float


class DecodeLane:
    """Decodes files, one at a time for each decoder; owner thread only.

    Attributes:
        seconds: how long a decode took lately; 0.0 before the first.
    """

    def __init__(
        self,
        loop: Loop,
        decoders: Executor,
        decode: Decode,
        decode_for_playing: Decode,
        on_done: Callable[[Decoded], None],
        on_rested: Callable[[], None],
    ) -> None:
        """Makes a lane that decodes nothing yet; the other arguments are as for the loader.

        ``on_done`` is called with the end of each decode, ``on_rested`` when the decoders have rested and more may be
        started.
        """
        self._loop = loop
        self._decoders = decoders
        self._decode = decode
        self._decode_for_playing = decode_for_playing
        self._on_done = on_done
        self._on_rested = on_rested
        self._began: dict[str, float] = {}
        self._outdated: set[str] = set()
        self._rest_until = -math.inf
        self._closed = False
        self.seconds = 0.0

    def __len__(self) -> int:
        return len(self._began)

    def __iter__(self) -> Iterator[str]:
        return iter(self._began)

    def is_free(self, lead: int, allowed_pixels: int, *, urgent: bool) -> bool:
        """Returns whether one more decode may begin, with a ``lead`` of so many frames needed before it that are here.

        From :data:`SHORT_LEAD` on one decoder is kept for the frame on screen, the urgent one. If pictures of more than
        :data:`ORDINARY_PIXELS` are allowed, one at a time is decoded.
        """
        max_workers = self._decoders.max_workers if allowed_pixels <= ORDINARY_PIXELS else 1
        reserved = 1 if max_workers > 1 and not urgent and lead >= SHORT_LEAD else 0
        return len(self._began) < max_workers - reserved

    def can_start(self, path: str, lead: int, allowed_pixels: int, *, urgent: bool = False) -> bool:
        """Returns whether to decode ``path`` now: it is not under way, a decoder :meth:`is_free`, and none rests.

        They rest between decodes only with a comfortable lead.
        """
        is_rested = lead < COMFORTABLE_LEAD or self._loop.now() >= self._rest_until
        return is_rested and path not in self._began and self.is_free(lead, allowed_pixels, urgent=urgent)

    def start(
        self,
        path: str,
        data: Buffer,
        fit_size: Size | None,
        allowed_pixels: int,
        *,
        steady: bool,
        for_thumbnail: bool = False,
    ) -> None:
        """Begins to decode ``data``, the bytes of ``path``, which must not be under way; ``steady`` is for playing."""
        decode = self._decode_for_playing if steady else self._decode
        self._began[path] = self._loop.now()
        self._decoders.submit(
            lambda: decode(data, fit_size, allowed_pixels),
            lambda outcome: self._ended(path, outcome, fit_size, for_thumbnail=for_thumbnail),
        )

    def outdate(self, path: str) -> None:
        """Makes what is being decoded of ``path`` of no use: its file is another one now."""
        if path in self._began:
            self._outdated.add(path)

    def close(self) -> None:
        """Reports nothing any more."""
        self._closed = True

    def _ended(
        self, path: str, outcome: Success[Picture] | Failure, fit_size: Size | None, *, for_thumbnail: bool
    ) -> None:
        took = self._loop.now() - self._began.pop(path)
        self.seconds += (took - self.seconds) / (8 if self.seconds else 1)
        is_outdated = path in self._outdated
        self._outdated.discard(path)
        if self._closed:
            return
        rest = REST_FOR_WORK * took
        self._rest_until = self._loop.now() + rest
        if rest:
            self._loop.call_later(rest, self._on_rested)
        self._on_done(Decoded(path, None if is_outdated else outcome, fit_size, for_thumbnail, took))
