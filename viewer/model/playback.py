"""Playing the open sequence: how fast, which way, and what is to be loaded for it."""

from __future__ import annotations

import math
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from viewer.core.load.frame_state import FrameState
from viewer.core.play.load_order import order_of_need, upcoming
from viewer.core.play.player import Player
from viewer.core.play.playhead import Repeat
from viewer.core.records import dataclass, field, replace
from viewer.model.open_sequence import Follower
from viewer.model.preferences import PlayPolicy
from viewer.model.view_state import PlaybackView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from viewer.core.load.loader import Loader
    from viewer.core.loop import Loop
    from viewer.core.play.playhead import Playhead
    from viewer.model.canvas_content import CanvasContent
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.refresher import Refresher

FASTEST = 32
"""Times the rate that shuttling goes up to."""
SLOWED = 0.95
"""Below this part of the rate aimed at, playing is said to be slowed down."""
SLOWED_FOR = 1.0
"""Seconds that it must have been slowed down before that is said."""
LOOKED_OVER = 1.0
"""Seconds of playing that must be at hand for every frame to be loaded while keeping time."""
SUPPLY_OVER = 2.0
"""Seconds over which it is measured how many frames come."""
MOST_APART = 64
"""Frames that are loaded lie so far apart at most, however slowly they come."""
MOST_SKIPPED = 1000
"""Frames that cannot be shown which are passed over at once."""
MOST_PASSED = 10_000
"""Frames that are looked at for one that is here when the clock has gone on."""
LEAST_AHEAD = 2
"""Frames that pass, at least, until one of which the file is here has been decoded."""


@dataclass(eq=False)
class Playback(Follower):
    """How the open sequence is played; owner thread only.

    ``_on_move`` is called with each playhead that it goes on to, None at the end.

    Attributes:
        speed: 1 plays forwards, -1 backwards, 2, 4, 8 … and -2, -4 … that many times as fast; 0 when it stands.
        rate: the frames a second of the sequence.
        player: keeps time.
    """

    _loop: Loop
    _loader: Loader
    _canvas: CanvasContent
    _refresher: Refresher
    _on_move: Callable[[Playhead | None], None]
    speed: int = 0
    rate: float = 24.0
    _policy: PlayPolicy = PlayPolicy.EVERY_FRAME
    _came: deque[float] = field(default_factory=deque)
    _slowed_since: float | None = None
    _counts_drops: bool = False

    def __post_init__(self) -> None:
        self.player = Player(self._loop, self._go_on, self._ready_ahead)

    @property
    def playing(self) -> bool:
        """Whether it plays."""
        return self.player.playing

    @property
    def keeps_time(self) -> bool:
        """Whether it plays and leaves out frames that come late."""
        return self.playing and self.player.keeps_time

    # Verbs

    def play(self, speed: int) -> None:
        """Plays at ``speed`` times the rate; faster than the rate it always keeps time."""
        self.player.stop()
        self.speed = speed
        self._counts_drops = abs(speed) == 1 or self._policy is PlayPolicy.REAL_TIME
        self._slowed_since = None
        self._came.clear()
        self._set_up()
        self.player.play()

    def stop(self) -> None:
        """Stops where it is."""
        self.speed = 0
        self.player.stop()

    def shuttled(self, direction: int) -> int:
        """Returns the speed that a shuttle key of this direction, 1 or -1, leads to: again is twice as fast."""
        if self.speed * direction <= 0:
            return direction
        return direction * min(2 * abs(self.speed), FASTEST)

    def set_rate(self, rate: float) -> None:
        """Sets the frames a second of the sequence."""
        self.rate = rate
        self._set_up()

    def set_policy(self, policy: PlayPolicy) -> None:
        """Sets what happens while frames come too slowly."""
        self._policy = policy
        self._set_up()

    def _set_up(self) -> None:
        self.player.set_rate(self.rate * max(1, abs(self.speed)))
        self.player.set_keeps_time(keeps_time=self._policy is PlayPolicy.REAL_TIME or abs(self.speed) > 1)

    # What happens

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now."""
        is_same = here is not None and self._here is not None and here.table is self._here.table
        super().follow(here)
        self._counts_drops = self._counts_drops and (is_same or self.playing)

    def note_frame(self) -> None:
        """Called when a frame has become ready."""
        if self.playing:
            self._came.append(self._loop.now())

    def is_ready(self, position: int) -> bool:
        """Returns whether nothing needs to be waited for at ``position``: it can be shown, or it is known why not."""
        path = self._canvas.path_seen(position)
        return path is None or self._loader.holdings.is_ready(path) or self._loader.failures.error(path) is not None

    def _ready_ahead(self, most: int) -> float:
        if self._here is None or (most > 1 and not self._loader.reads.reads_ahead):
            return math.inf  # no more than the next frame is ever there to be waited for
        playhead = self._here.playhead
        lap = 2 * playhead.length
        room = self._loader.holdings.fitting.frames // 2 or most  # a small cache never holds more than that ahead
        count = 0
        for count, position in enumerate(upcoming(playhead), 1):
            if not self.is_ready(position):
                return count - 1
            if count >= min(most, room, lap):
                return math.inf
        return math.inf

    def soon(self) -> int:
        """Returns how many frames are shown within the next two seconds, 0 while it stands."""
        return math.ceil(2 * self.player.rate) if self.playing else 0

    # What to load

    def wanted(self, position: int) -> str | None:
        """Returns the path to get first at a position: that of the frame to be seen; None where it has gone by.

        While nothing is read ahead and the frame to be seen is here, it is the next one that playing comes to.
        """
        path = self._canvas.path_seen(position)
        if self.playing and not self._loader.reads.reads_ahead and self._here is not None:
            playhead = self._here.playhead
            ahead = islice(self.order(playhead)[1], MOST_APART) if self.keeps_time else islice(upcoming(playhead), 1)
            following = next((each for each in ahead if not self.is_ready(each)), position)
            if self.keeps_time or self.is_ready(position):
                return self._canvas.path_seen(following)
        if self.keeps_time and path is not None and not self._loader.holdings.is_ready(path):
            return None
        return path

    def order(self, playhead: Playhead) -> tuple[Playhead, Iterator[int]]:
        """Returns the playhead that need is measured from, and the positions in the order of need.

        Keeping time, frames that cannot be here when it is their turn are left out, and where not all can be had, those
        come first that lie evenly apart.
        """
        if not self.keeps_time:
            return playhead, order_of_need(playhead)
        rate, supply = self.player.rate, self._supply()
        lap = _lap(playhead)
        behind = self.player.behind % lap if lap else self.player.behind
        ahead = islice(upcoming(playhead), behind, behind + math.ceil(rate * LOOKED_OVER))
        apart = 1
        while (
            supply
            and apart * supply < rate
            and apart < MOST_APART
            and (apart > 1 or not all(map(self.is_ready, ahead)))
        ):
            apart *= 2  # so that what is on the way for one distance is of use for the next
        under_way = sum(1 for _ in self._loader.reads)
        reading = (self._loader.reads.link.latency or 0.0) + (1 + under_way) / supply if supply else 0.0
        to_read = behind + apart * math.ceil(reading * rate / apart)
        to_decode = behind + max(LEAST_AHEAD, math.ceil(self._loader.decodes.seconds * rate))
        if lap:  # in a short one what is late for this lap is early for the next
            to_read, to_decode = min(to_read, lap // 2), min(to_decode, lap // 2)
        aimed = playhead.on_grid(apart, behind)
        hopeless = self._hopeless(playhead, to_read, to_decode)
        return aimed, (position for position in order_of_need(aimed) if position not in hopeless)

    def _go_on(self, by: int) -> tuple[int, int] | None:
        """Plays on by ``by`` frames; keeping time, to the last of them that is here. See :class:`Player`."""
        if self._here is None:
            return None
        playhead = self._here.playhead
        gone = self._reached(playhead, by) if self.keeps_time else by
        if gone == 0:
            self._refresher.plan_soon()
            return 0, 0
        late = self._late(playhead, gone or 0)
        after = None if gone is None else playhead.advanced(gone)
        for _ in range(MOST_SKIPPED):
            if after is None or not self._canvas.is_skipped(after.index):
                break
            after = after.advanced()
        if after is not None:
            self.speed = after.direction * abs(self.speed)  # which changes at the ends of ping-pong
        self._on_move(after)
        return None if after is None or gone is None else (gone, late)

    def _late(self, playhead: Playhead, gone: int) -> int:
        """Returns how many of the frames that are passed over by going on by ``gone`` were late.

        None of those is that are left out on purpose: faster than a screen shows, without a file, or not showable.
        """
        passed = islice(upcoming(playhead), self.player.stride - 1, max(0, gone - 1), self.player.stride)
        paths = map(self._here.table.path_at, passed) if self._here is not None else ()
        return sum(1 for path in paths if path is not None and self._loader.failures.error(path) is None)

    def _reached(self, playhead: Playhead, by: int) -> int | None:
        """Returns by how many frames of the next ``by`` to go on while keeping time: to the last one that is here.

        Returns 0 when none is, and None when the clock has passed the last frame of all, which has been gone to.
        """
        positions = list(islice(upcoming(playhead), min(by, MOST_PASSED)))
        if len(positions) < min(by, MOST_PASSED):  # the end has come, here or not
            return len(positions) or None
        for gone in range(len(positions), 0, -1):
            if self.is_ready(positions[gone - 1]) and not self._canvas.is_skipped(positions[gone - 1]):
                return gone
        return 0

    def _hopeless(self, playhead: Playhead, to_read: int, to_decode: int) -> set[int]:
        """Returns the next positions whose frames cannot be here in time."""
        hopeless = set()
        for distance, position in enumerate(islice(upcoming(playhead), max(to_read, to_decode)), 1):
            path = None if self._here is None else self._here.table.path_at(position)
            state = FrameState.DECODED if path is None else self._loader.state(path)
            far = to_read if state in {FrameState.ABSENT, FrameState.ON_DISK} else to_decode
            if state is not FrameState.DECODED and distance < far:
                hopeless.add(position)
        return hopeless

    def _supply(self) -> float:
        """Returns how many frames a second come, 0.0 while that is not known."""
        now = self._loop.now()
        while self._came and self._came[0] < now - SUPPLY_OVER:
            self._came.popleft()
        if len(self._came) >= LEAST_AHEAD and now - self._came[0] > SUPPLY_OVER / 4:
            return len(self._came) / (now - self._came[0])
        rate, size = self._loader.reads.link.bytes_per_second, self._loader.holdings.files.mean
        return rate / size if rate and size else 0.0

    # What to show

    def view(self) -> PlaybackView:
        """Returns how it is played."""
        preload = None if self._here is None else self._here.preload
        dropped = self.player.dropped if self._counts_drops else 0  # at other speeds it is on purpose
        view = PlaybackView(self.rate, dropped=dropped, waits_for_fill=preload is not None and preload.then_plays)
        if not self.playing:
            return view
        shown = self.player.shown_per_second
        return replace(view, speed=self.speed, shown_per_second=shown, slowed=self._slowed())

    def _slowed(self) -> str:
        player, now, reads_ahead = self.player, self._loop.now(), self._loader.reads.reads_ahead
        pace = player.pace if reads_ahead else player.shown_per_second
        if (player.keeps_time and reads_ahead) or pace >= SLOWED * player.rate:
            self._slowed_since = None
            return ""
        if self._slowed_since is None:
            self._slowed_since = now
        if now - self._slowed_since < SLOWED_FOR or not player.shown_per_second:
            return ""
        if not reads_ahead and self._here is not None:
            ahead = islice(upcoming(self._here.playhead), math.ceil(player.rate * LOOKED_OVER))
            if not all(map(self.is_ready, ahead)):
                return "speed limit 0: only the next frame is read"
        activity = self._loader.activity()
        if player.keeps_time or not (activity.reading or activity.decoding):
            return ""  # it is on the way back to its rate
        what = "the share brings" if activity.reading else "this computer decodes"
        return f"{what} {player.shown_per_second:.3g} frames a second"


def _lap(playhead: Playhead) -> int:
    """Returns after how many frames playing comes by the same position again, 0 for never."""
    if playhead.repeat is Repeat.ONCE:
        return 0
    return playhead.length if playhead.repeat is Repeat.LOOP else max(1, 2 * (playhead.length - 1))
