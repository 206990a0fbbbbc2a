"""How the samples of the open sequence are shown: which numbers are black and white, until and after the user chooses.

Until then each kind of samples has the range of the first frame of it that was shown, locked for all others, so that
equal numbers are equal on the screen. Kinds that have a range by nature (8 bits, colours of integers, light of
OpenEXR) need no lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viewer.core.display.colour_maps import COLOUR_MAPS
from viewer.core.display.levels import (
    BYTE,
    LEVEL,
    NOT_MEASURED,
    automatic_range,
    depends_on_first,
    kind_of,
    own_range,
)
from viewer.core.display.look import AS_IT_IS, Curve, Look
from viewer.core.display.probe import channel_words
from viewer.core.errors import DecodeError, ShareAwayError, StorageError
from viewer.core.executor import Failure, Success
from viewer.core.frame import BGRA, GREY, RGB, RGBA, FrameIndex, Range
from viewer.core.records import dataclass, field, replace
from viewer.model import level_words, messages
from viewer.model.level_locks import FrameSamples, Locks
from viewer.model.measuring import FrameAtRest, NewestJob
from viewer.model.open_sequence import Follower
from viewer.model.sequence_settings import EXPOSURE, GAMMA, ChosenLook
from viewer.model.view_state import LevelsView, Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.core.display.picture import Picture
    from viewer.core.executor import Executor
    from viewer.core.frame import Frame, FrameNumber, SampleKind
    from viewer.core.loop import Loop
    from viewer.model.open_sequence import OpenSequence
    from viewer.model.refresher import Refresher
    from viewer.model.sequence_settings_sync import SequenceSettingsSync

CUTS = (0.1, 0.35, 1.0, 3.0)
"""Percent of the samples that become black, and white, each time automatic levels are asked for once more."""
_NOTHING = ChosenLook()


@dataclass(eq=False)
class Levels(Follower):
    """Changes how the open sequence is shown and has that remembered; owner thread only.

    ``_on_changed`` is called once with each other :attr:`look`. ``_reader`` returns, for a path, what a worker calls
    for the frame in its file. ``_fixed`` is the range that the program was started with; it goes before all but what
    the user chooses afterwards. ``_held`` is that range while it counts, ``_aside`` while it is unlocked.

    Attributes:
        look: how frames are to be shown.
    """

    _loop: Loop
    _chores: Executor
    _settings: SequenceSettingsSync
    _refresher: Refresher
    _on_changed: Callable[[], None]
    _reader: Callable[[str], Callable[[], Frame]]
    _fixed: Range | None = None
    look: Look = AS_IT_IS
    _held: Range | None = None
    _aside: Range | None = None
    _locks: Locks = field(default_factory=Locks)
    _awaited: FrameNumber | None = None
    _frame: Frame | None = None
    _samples: FrameSamples | None = None
    _wants_counts: bool = False
    _axis: tuple[SampleKind, Range] | None = None
    _presses: int = 0
    _asked: object = None

    def __post_init__(self) -> None:
        self._at_rest = FrameAtRest(self._loop, self._chores, self._refresher.touch)
        self._automatic = NewestJob(self._chores)
        self._held = self._fixed
        self.look = self._made()

    def follow(self, here: OpenSequence | None) -> None:
        """Takes the sequence that is open now, with what was chosen for it; nothing else is kept from another one."""
        before = self._here
        super().follow(here)
        if here is None or before is None or not before.is_same(here.sequence):
            self._awaited = self._asked = self._frame = self._samples = None
            self._locks.clear()
            self._presses, self._held, self._aside = 0, self._fixed, None
        self._update()

    def close(self) -> None:
        """Measures nothing any more."""
        self._at_rest.close()

    # What frames say of themselves

    def note_frame(
        self,
        number: FrameNumber,
        kind: SampleKind,
        own: Range | None,
        measured: Range | None = None,
        *,
        varies: bool | None = None,
    ) -> None:
        """Takes what a worker has found out about a frame that comes on the canvas for the first time.

        Args:
            number: its frame number.
            kind: the kind of its samples.
            own: their range by nature or by what the file says, None where it is to be measured.
            measured: the range that was measured where there is no own one.
            varies: whether a sequence is shown with the range of its first frame, as
                :func:`~viewer.core.display.levels.depends_on_first` has it; None if it is where there is no own one.
        """
        if self._here is None:
            return
        self._locks.note(number, FrameSamples(kind, own, measured, own is None if varies is None else varies))
        self._update()

    def note_picture(self, number: FrameNumber, picture: Picture) -> None:
        """Takes the samples of a picture that comes on the canvas; only the first time there is something to take."""
        source, noted = picture.source, self._locks.samples(number)
        is_known = noted is not None and noted.kind == picture.kind and (noted.range is not None or not picture.range)
        if source is None or picture.kind is None or is_known:
            return
        own = own_range(source)
        measured = None if own is not None else picture.range
        self.note_frame(number, picture.kind, own, measured, varies=depends_on_first(source))

    def use_first_frame(self) -> None:
        """Shows all frames with the range of the first one, which is read for that if need be.

        One that cannot be read, that has no sample that counts, or is another channel than the one on screen, is passed
        over.
        """
        if self._here is not None:
            self._use(FrameIndex(0), "")

    @property
    def awaits_first_frame(self) -> bool:
        """Whether the first frame is being read for its range."""
        return self._awaited is not None

    def _measure(self, index: FrameIndex, then: Callable[[Success[FrameSamples] | Failure], None]) -> None:
        """Has the frame in the file at ``index`` read and measured."""
        if (here := self._here) is None:
            return
        read, number = self._reader(here.table.path(index)), here.sequence.number(index)

        def done(outcome: Success[FrameSamples] | Failure) -> None:
            if self._here is None or not self._here.is_same(here.sequence):
                return
            if isinstance(outcome, Success):
                self.note_frame(number, *outcome.value[:3], varies=outcome.value.varies)
            then(outcome)

        self._chores.submit(lambda: _samples_in(read()), done)

    def _use(self, index: FrameIndex, trouble: str) -> None:
        """Takes the range of the frame at ``index``, or of the next that has one; ``trouble`` with those before it."""
        assert self._here is not None  # noqa: S101 - it is of the open sequence
        self._awaited = number = self._here.sequence.number(index)

        def done(outcome: Success[FrameSamples] | Failure) -> None:
            if self._here is None or self._awaited != number:
                return
            said, found = trouble, outcome.value if isinstance(outcome, Success) else None
            if found is None or found.is_empty:
                cause = (
                    messages.cause(outcome.error).rstrip(".") if isinstance(outcome, Failure) else "no sample counts"
                )
                said = said or f"The first frame cannot be measured: {cause}."
            is_passed = isinstance(outcome, Success) or _can_be_passed(outcome.error)
            if found is not None and not found.is_empty and self._is_same_channel(found.kind):
                self._awaited = None
                self._take_first(found, f"{said} The range is that of frame {number}." if said else "")
            elif is_passed and index + 1 < len(self._here.sequence):
                self._loop.post(lambda: self._use(FrameIndex(index + 1), said) if self._awaited == number else None)
            else:
                self._awaited = None
                self._refresher.say(said)

        known = self._locks.samples(number)
        if known is not None and known.range is not None:
            done(Success(known))
        else:
            self._measure(index, done)

    def _take_first(self, samples: FrameSamples, said: str) -> None:
        if samples.range is None or (self._samples is not None and self._samples.kind != samples.kind):
            self._refresher.say("The first frame is of another kind: its range does not suit this one.")
        else:
            self._choose_range(samples.range, samples.kind)
            if said:
                self._refresher.say(said)

    def _is_same_channel(self, kind: SampleKind) -> bool:
        return self._samples is None or self._samples.kind.channel == kind.channel

    def _find_lock(self, number: FrameNumber) -> None:
        """Has the frame that was shown first measured: until now it was shown with a range that was chosen."""
        index = None if self._here is None else self._here.sequence.index_of(number)

        def done(_outcome: object = None) -> None:
            self._locks.pass_over(number)  # unless its range is known now
            self._update()

        if index is None:
            done()
        else:
            self._measure(index, done)

    # What the user chooses

    @property
    def is_locked(self) -> bool:
        """Whether all frames of a kind are shown with the same range."""
        return self._held is not None or self._chosen.is_locked

    @property
    def _chosen(self) -> ChosenLook:
        return _NOTHING if self._here is None else self._here.look or _NOTHING

    def set_fixed(self, range_: Range | None) -> None:
        """Takes the range that the program was started with, None for none."""
        self._fixed, self._held, self._aside = range_, range_, None
        self._update()

    def set_range(self, low: float, high: float) -> None:
        """Shows ``low`` as black and ``high`` as white, locked."""
        if not low < high:
            self._refresher.say("Black must be a smaller number than white.")
        elif not (LEVEL.low <= low and high <= LEVEL.high):
            self._refresher.say(level_words.beyond("Black and white", LEVEL))
        else:
            self._choose_range(Range(low, high), None if self._samples is None else self._samples.kind)

    def set_gamma(self, gamma: float) -> None:
        """Sets how bright the middle is, held within the limits of gamma."""
        self._choose(gamma=max(GAMMA.low, min(GAMMA.high, gamma)))

    def set_exposure(self, stops: float) -> None:
        """Sets the exposure in stops, held within its limits."""
        self._choose(exposure=max(EXPOSURE.low, min(EXPOSURE.high, stops)))

    def set_curve(self, curve: Curve) -> None:
        """Sets how the way from black to white is divided."""
        self._choose(curve=curve)

    def set_colour_map(self, name: str) -> None:
        """Sets the colours that grey is shown in; unknown names are passed over."""
        if name in COLOUR_MAPS:
            self._choose(colour_map=name)

    def next_colour_map(self) -> None:
        """Goes on to the next colours for grey, after the last to grey."""
        names = list(COLOUR_MAPS)
        self._choose(colour_map=names[(names.index(self.look.colour_map) + 1) % len(names)])

    def set_inverted(self, inverted: bool) -> None:  # noqa: FBT001 - of a check box
        """Sets whether black and white change places."""
        self._choose(is_inverted=inverted)

    def toggle_inverted(self) -> None:
        """Changes black and white, or changes them back."""
        self.set_inverted(not self.look.is_inverted)

    def set_marks(self, marks: bool) -> None:  # noqa: FBT001 - of a check box
        """Sets whether what lies outside of the range, and NaN, is shown in colours."""
        self._choose(marks=marks)

    def toggle_marks(self) -> None:
        """Shows, or no more, in colours what lies outside of the range."""
        self.set_marks(not self.look.marks)

    def choose_channel(self, name: str) -> None:
        """Shows one channel alone, or with "" all of them."""
        self._choose(channel=name)

    def toggle_channel(self, name: str) -> None:
        """Shows the channel called ``name`` alone, or again all of them; "Y" of colours is their luminance."""
        channels = _channels(self._frame)
        if self.look.channel.rpartition(".")[2] == name:
            self.choose_channel("")
        elif _is_alone(name, channels):
            self.choose_channel(name)
        elif channels:
            names = [level_words.CHANNELS.get(each, each) for each in channels]
            what = f"the channels {', '.join(names)}" if len(names) > 1 else f"{names[0]} only"
            self._refresher.say(f"{name} cannot be shown alone: this frame has {what}.")

    def auto(self) -> None:
        """Shows all frames with the range of the one on screen; with each further call more of its samples are cut."""
        if self._frame is not None and self._samples is not None:
            self._presses += 1
            self._choose_measured(self._frame, self._samples.kind, CUTS[(self._presses - 1) % len(CUTS)])

    def toggle_lock(self) -> None:
        """Locks the range, or unlocks it."""
        self.set_locked(not self.is_locked)

    def set_locked(self, locked: bool) -> None:  # noqa: FBT001 - of a check box
        """Shows all frames of a kind with one range, as they were before they were unlocked, or each with its own."""
        if locked == self.is_locked or self._here is None:
            return
        self._held, self._aside = (self._aside, None) if locked else (None, self._held)
        self._choose(is_locked=locked)
        samples = self._samples
        if samples is not None and samples.own and not samples.varies and self.look.range_of(samples.kind) is None:
            self._refresher.say(level_words.needs_no_lock(samples.own, locked=locked))

    def reset(self) -> None:
        """Goes back to what was shown before anything was chosen, and forgets what was."""
        if self._here is not None:
            self._held, self._aside = self._fixed, None
            self._keep(self._here, ChosenLook(Look(orientation=self.look.orientation)))

    def _choose_measured(self, frame: Frame, kind: SampleKind, cut: float) -> None:
        """Chooses a range that is measured first, unless anything else is chosen meanwhile."""
        asked, channel = object(), self.look.channel
        self._asked = asked

        def done(outcome: Success[Range] | Failure) -> None:
            if self._asked is not asked:
                return
            if isinstance(outcome, Success) and outcome.value is NOT_MEASURED:
                self._refresher.say("No sample of this frame counts: it has no range to take.")
            elif isinstance(outcome, Success):
                presses = self._presses
                self._choose_range(outcome.value, kind)
                self._presses = presses
            else:
                self._refresher.say(f"The range of this frame cannot be measured: {messages.cause(outcome.error)}.")

        self._automatic.submit(lambda: automatic_range(frame, cut, channel), done)

    def _choose_range(self, range_: Range, kind: SampleKind | None) -> None:
        self._held = self._aside = None
        if kind is None:
            self._choose(is_locked=True, range=range_, ranges={})
            return
        samples, look = self._samples, self._chosen.look
        is_own = samples is not None and not samples.varies and samples.own == range_ and samples.kind == kind
        others = {each: chosen for each, chosen in look.ranges.items() if each != kind}
        self._choose(is_locked=True, ranges=others if is_own and look.range is None else others | {kind: range_})

    def _choose(self, *, is_locked: bool | None = None, **values: Any) -> None:  # noqa: ANN401 - the fields of Look
        if self._here is not None:
            before = self._chosen
            look = replace(before.look, **values)
            self._keep(self._here, ChosenLook(look, before.is_locked if is_locked is None else is_locked))

    def _keep(self, here: OpenSequence, chosen: ChosenLook) -> None:
        """Shows and remembers what was chosen; what was asked for before it, and is not there yet, counts no more."""
        self._presses, self._asked, self._awaited = 0, None, None
        here.look = None if chosen == _NOTHING else chosen
        self._settings.change(here.sequence, look=here.look)
        self._update()

    def _update(self) -> None:
        before, self.look = self.look, self._made()
        if self.look != before:
            self._on_changed()
        for number in self._locks.unknown(self.look) if self.is_locked and self._held is None else ():
            self._find_lock(number)
        self._refresher.touch()

    def _made(self) -> Look:
        """Returns the look by what is fixed, what was chosen, and the frames first shown, in this order."""
        look = self._chosen.look
        if self._held is not None or not self._chosen.is_locked:
            return look.with_one(self._held)
        locked = {} if look.range is not None else self._locks.ranges()
        return replace(look, ranges=locked | {**look.ranges})

    # What is to be seen

    def see(self, shown: Shown | None) -> LevelsView:
        """Takes what is on the canvas now; returns what is to be said of it."""
        if shown is None:
            return self.view(None, None)
        if not shown.is_stand_in:
            self.note_picture(shown.number, shown.picture)
        return self.view(shown.picture, shown.number)

    def want_counts(self, wanted: bool) -> None:  # noqa: FBT001 - of a panel that is shown or hidden
        """Takes whether the samples of the frame on screen are to be counted, when it has come to rest."""
        self._wants_counts = wanted
        self._refresher.touch()

    def view(self, shown: Picture | None, number: FrameNumber | None) -> LevelsView:
        """Returns what is to be said of the picture of the frame ``number`` that is on the canvas, None for none.

        Of a thumbnail that stands in nothing is measured.
        """
        frame = None if shown is None else shown.source or shown.display
        if frame is not self._frame:
            self._frame, self._presses = frame, 0
        self._samples = samples = self._samples_of(shown, number)
        look, seen = self.look, frame or (None if shown is None else shown.thumbnail)
        if seen is None or samples is None:
            self._at_rest.look_at(None)
            return LevelsView(look=look, is_locked=self.is_locked)
        shares = look.range_of(samples.kind)
        is_plain = samples.kind.letter != "f" and samples.kind.bits <= BYTE
        range_ = shares or samples.range
        tested = None
        if range_ is not None and not (is_plain and shares is None):
            tested = replace(look.with_one(range_), is_inverted=False, colour_map=AS_IT_IS.colour_map, marks=False)
            tested = replace(tested, orientation=AS_IT_IS.orientation)
        self._at_rest.look_at(frame, look.channel, tested, counts=self._wants_counts, shown=range_)
        if self._at_rest.found.counts is not None:
            self._axis = samples.kind, self._at_rest.found.counts.range
        measured, channels, is_shared = self._at_rest.found, _channels(seen), shares is not None
        is_alone, origin = _is_alone(look.channel, channels), self._origin(samples.kind, is_shared=is_shared)
        first = None if self._here is None else self._locks.samples(self._here.sequence.first)
        suits_first = is_shared and (first is None or first.kind._replace(channel=samples.kind.channel) == samples.kind)
        return LevelsView(
            look=look,
            range=range_,
            limits=_limits(samples.kind, range_, self._axis_of(samples.kind), is_counted=measured.counts is not None),
            is_locked=self.is_locked,
            is_plain=is_plain,
            is_whole=samples.kind.letter != "f",
            channels=channels,
            origin=origin,
            origin_frame=self._origin_frame(samples.kind) if suits_first else None,
            curve=level_words.curve(seen, look.channel),
            words=self._words(samples, range_, seen, origin, is_shared=is_shared, is_alone=is_alone),
            warning=level_words.warning(
                measured.at_ends,
                # of means nothing is said: the samples themselves may differ
                measured.uniform if shown is not None and shown.source is not None else None,
                is_inverted=look.is_inverted is not seen.info.is_inverted,
            ),
            counts=measured.counts,
        )

    def _axis_of(self, kind: SampleKind) -> Range | None:
        """Returns what the last histogram of samples of a kind covered: handles stay in place until the next one."""
        return self._axis[1] if self._axis is not None and self._axis[0] == kind else None

    def _samples_of(self, shown: Picture | None, number: FrameNumber | None) -> FrameSamples | None:
        """Returns what is known of the frame on the canvas; without its own samples rather what was noted of it."""
        if shown is None:
            return None
        noted = None if number is None else self._locks.samples(number)
        frame = shown.source or shown.display or shown.thumbnail
        if frame is None or (noted is not None and shown.source is None):
            return noted
        kind = shown.kind or kind_of(frame)
        measured = noted.measured if noted is not None and noted.kind == kind else None
        return FrameSamples(kind, own_range(frame, kind), measured, depends_on_first(frame, kind))

    def _origin(self, kind: SampleKind, *, is_shared: bool) -> str:
        if self.look.ranges and not is_shared:
            return "own range: the lock is for other kinds"
        number = self._origin_frame(kind) if is_shared else None
        here = self._here
        return "" if number is None else f"range of frame {number if here is None else here.sequence.text(number)}"

    def _origin_frame(self, kind: SampleKind) -> FrameNumber | None:
        """Returns the frame that the range of a kind comes from that nobody chose, if it is not the first one.

        The first pages of a stack are, one each, the first ones of its channels.
        """
        lock, is_chosen = self._locks.of(kind), self._chosen.look.range_of(kind) is not None
        if lock is None or self._here is None or self._held is not None or is_chosen:
            return None
        is_first = self._here.sequence.index_of(lock.number) == max(0, kind.channel - 1)
        return None if is_first or lock.range is None else lock.number

    def _words(
        self,
        samples: FrameSamples,
        range_: Range | None,
        seen: Frame,
        origin: str,
        *,
        is_shared: bool,
        is_alone: bool,
    ) -> str:
        look = self.look
        is_grey = is_alone or not samples.kind.is_colour
        more = [
            "log" if look.curve is Curve.LOG else "",
            f"{level_words.stops(look.exposure)} stops" if look.exposure else "",
            channel_words(seen, look.channel) or (f"channel {look.channel}" if is_alone else ""),
            look.colour_map if is_grey and look.colour_map != AS_IT_IS.colour_map else "",
            "inverted" if look.is_inverted else "",
            origin,
        ]
        is_auto = samples.varies and not self.is_locked
        is_own = range_ == samples.own and not samples.varies
        is_known = range_ is None or (is_own and (samples.kind.letter == "f" or range_ == _all_of(samples.kind)))
        is_even = look.gamma == AS_IT_IS.gamma
        if is_known and is_even and not is_auto and not any(more):
            return ""
        first = [
            "auto each frame" if is_auto else "",
            "" if range_ is None else level_words.span(range_),
            "" if is_auto and is_even else f"γ {level_words.gamma(look.gamma)}",  # noqa: RUF001 - gamma
            "locked" if is_shared else "",
        ]
        curve = level_words.curve(seen, look.channel)
        return " · ".join(filter(None, [" ".join(filter(None, first)), curve, *more]))


def _samples_in(frame: Frame) -> FrameSamples:
    """Returns what there is to be known of the samples of a frame; on a worker."""
    own = own_range(frame)
    return FrameSamples(kind_of(frame), own, automatic_range(frame) if own is None else None, depends_on_first(frame))


def _can_be_passed(error: BaseException) -> bool:
    """Returns whether another frame can take the place of one that failed so, as in scripts."""
    return isinstance(error, DecodeError | StorageError) and not isinstance(error, ShareAwayError)


def _channels(frame: Frame | None) -> tuple[str, ...]:
    """Returns the names of the channels that can be shown alone."""
    if frame is None:
        return ()
    if frame.is_bgrx:
        return GREY if frame.info.is_grey else RGB
    return RGBA if frame.channels == BGRA else frame.channels


def _is_alone(name: str, channels: tuple[str, ...]) -> bool:
    """Returns whether a channel of this name, with or without that of a layer, can be shown without the others."""
    names = {*channels, *(each.rpartition(".")[2] for each in channels)}
    return len(channels) > 1 and (name in names or (name == "Y" and names.issuperset(RGB)))


def _all_of(kind: SampleKind) -> Range:
    """Returns the numbers that integers of a kind have."""
    steps = 1 << kind.bits
    return Range(-steps // 2, steps // 2 - 1) if kind.letter == "i" else Range(0, steps - 1)


def _limits(kind: SampleKind, range_: Range | None, axis: Range | None, *, is_counted: bool) -> Range | None:
    """Returns the numbers that the type has; of floats, and while frames go by uncounted, those of a histogram."""
    known = axis if kind.letter == "f" or (axis is not None and not is_counted) else _all_of(kind)
    if known is None or range_ is None:
        return known or range_
    return Range(min(known.low, range_.low), max(known.high, range_.high))
