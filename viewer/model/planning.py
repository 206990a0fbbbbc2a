"""What is loaded next: from what is open, where the user is and what is preferred, to the loader's plan."""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING

from viewer.core.load.frame_tally import THUMBNAILS_SHARE
from viewer.core.load.plan import Plan
from viewer.core.play.load_order import coarse_to_fine, coarseness, steps_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.core.play.playhead import Playhead
    from viewer.model.folder_list import FolderList
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.preferences import Preferences

WHILE_LISTING = 6
"""Frames that are read ahead while a folder is being listed: the rest of the link is for the listing."""
NEAR_ONLY = 64
"""Frames that are read ahead when the cache is not to be filled."""
THUMBNAIL_BYTES = 150_000
"""Memory of a thumbnail, about; how many are made all over the sequence follows from it."""
NEED_BESIDE = 14.5
"""The need for the frames of other sequences that a key leads to: after the next three and the one before."""
FILL_WITHIN = 5000
"""Frames about the playhead among which are those that a fill takes into memory when the cache is not to be filled."""


def plan_for(
    here: OpenSequence,
    preferences: Preferences,
    need: tuple[Playhead, Iterator[int]],
    wanted: str | None,
    listed: FolderList,
    *,
    provisional: bool,
    in_passing: bool,
    soon: int,
    flowing: bool,
    beside: tuple[str, ...] = (),
) -> Plan:
    """Returns what the loader is to load, in order; pure, and lazy as far as frames are many.

    ``need`` is the playhead that need is measured from, and the positions in the order of need; ``wanted`` the path to
    get first, None leaves it to that order; ``beside`` are those of other sequences that a key leads to. The plan is
    ``provisional`` while the listing is still to tell what the neighbours of the frame on screen are; frames are seen
    ``in_passing`` if the user is faster than the link; so many are shown ``soon``, within two seconds. A held key makes
    them ``flowing``.
    """
    table, positions = here.table, here.positions
    playhead, order = need

    @functools.cache  # what is held is asked for it again with each frame that comes
    def need_of(path: str) -> float:
        index = table.index_of(path)
        if index is None:
            return NEED_BESIDE if path in beside else math.inf
        return steps_until(playhead, positions.of_index(index))

    def coarseness_of(path: str) -> float:
        index = table.index_of(path)
        if index is None:
            return 0.0 if listed.wants(path) else math.inf
        return coarseness(index)

    sampled: Iterator[int] = iter(())
    if preferences.thumbnails and not provisional and not here.playhead.playing:
        sampled = coarse_to_fine(len(here.sequence), preferences.cache_bytes // THUMBNAILS_SHARE // THUMBNAIL_BYTES)
    before = positions.index_before(playhead.index) or 0
    fill = iter(()) if here.preload is None else here.preload.order(before, table.states)
    if positions.count > len(here.sequence):
        order = (position for position in order if positions.index(position) is not None)
    if provisional:
        order = itertools.islice(order, WHILE_LISTING)
    elif not preferences.fill_when_idle:
        order = _near(here, order)
    paths = filter(None, map(table.path_at, order))
    first = wanted or next(paths, None) or table.path(before)
    if not here.reads_on:
        return Plan(first, (first,), need_of, coarseness=coarseness_of, is_only=True)
    return Plan(
        wanted=first,
        order=itertools.chain((first,), (path for path in paths if path != first)),
        need=need_of,
        thumbnails=itertools.chain(listed.paths(), map(table.path, sampled)),
        coarseness=coarseness_of,
        beside=() if here.playhead.playing else beside,
        fill=map(table.path, fill),
        in_passing=in_passing,
        steady=here.playhead.playing,
        flowing=flowing,
        soon=soon,
        whole=None if provisional or not preferences.fill_when_idle else here.sequence,
        place=table.index_of,
    )


def _near(here: OpenSequence, order: Iterator[int]) -> Iterator[int]:
    """Yields the positions of ``order`` that are read ahead when the cache is not to be filled."""
    near = itertools.islice(order, NEAR_ONLY)
    if here.preload is None:
        return near
    first, last = (here.positions.of_index(index) for index in (here.preload.first, here.preload.last))
    farther = itertools.islice(order, FILL_WITHIN)
    return itertools.chain(near, (position for position in farther if first <= position <= last))
