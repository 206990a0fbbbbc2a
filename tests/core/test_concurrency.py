"""Finding how many reads at once help, on simulated shares: events on a clock that nobody waits for."""

from __future__ import annotations

import functools
import heapq
import itertools
import random
import statistics
from typing import TYPE_CHECKING, NamedTuple, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.core.load.concurrency import LEVELS, Concurrency
from viewer.core.load.known_lines import KnownLine, KnownLines
from viewer.core.load.lines import Line
from viewer.core.prefetch.files import ReadControls
from viewer.core.storage.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

TURN = 64 * 1024
SEED = 11
MB = 1_000_000


class Share(NamedTuple):
    """A share: seconds of a round trip, bytes a second that all reads divide in turns, and the bytes of each file.

    Opening a file takes two round trips, and each request for bytes one. With more than ``comfortable`` reads at once
    the server loses 5 % of its speed for each. The speed wanders, so that windows of a second differ by about 15 %.
    """

    latency: float
    bandwidth: float
    size: int
    request: int = 1024 * 1024
    comfortable: int = 99
    wobble: float = 0.25


SHARES = {
    "lan": Share(0.0005, 50e6, 700_000),
    "wifi": Share(0.003, 20e6, 700_000),
    "wifi, small files": Share(0.003, 20e6, 100_000),
    "vpn": Share(0.025, 6e6, 700_000),
    "vpn, small files": Share(0.025, 6e6, 100_000),
    "vpn, large files": Share(0.025, 6e6, 8_000_000),
    "bad": Share(0.060, 2e6, 700_000),
    "far away": Share(0.060, 100e6, 200_000),
    "farther": Share(0.100, 100e6, 500_000),
    "small requests": Share(0.025, 20e6, 2_000_000, request=128 * 1024),
    "weak server": Share(0.030, 30e6, 400_000, comfortable=4),
    "weak server far away": Share(0.060, 30e6, 200_000, comfortable=8),
    "server for one": Share(0.003, 20e6, 700_000, comfortable=1),
}


class Simulation:
    """Reads of whole files over a share, always as many at once as are allowed."""

    def __init__(self, share: Share, seed: int = SEED) -> None:
        self.share = share
        self.now = 0.0
        self.received = 0
        self.under_way = 0
        self._random = random.Random(seed)  # noqa: S311 - noise, not a secret
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._events_made = 0
        self._line_free_at = 0.0
        self._speed, self._speed_until = 1.0, 0.0
        self._finished = False

    def run(self, seconds: float, allowed: Callable[[], int], note: Callable[[], None] = lambda: None) -> float:
        """Reads for ``seconds`` and calls ``note`` at each finished read and 4 times a second; returns bytes/s."""
        end, before = self.now + seconds, self.received
        ticks = iter([self.now + 0.25 * (tick + 1) for tick in range(round(4 * seconds))])
        tick = next(ticks)
        while True:
            while self.under_way < allowed():
                self.under_way += 1
                self._after(self._round_trip() + self._round_trip(), functools.partial(self._ask, self.share.size))
            if min(tick, self._events[0][0]) > end:
                return (self.received - before) / seconds
            if tick < self._events[0][0]:
                self.now, tick = tick, next(ticks, end + 1)
                note()
                continue
            self.now, _, happen = heapq.heappop(self._events)
            happen()
            if self._finished:
                self._finished = False
                note()

    def _after(self, seconds: float, happen: Callable[[], None]) -> None:
        self._events_made += 1
        heapq.heappush(self._events, (self.now + seconds, self._events_made, happen))

    def _ask(self, left: int) -> None:
        self._after(self._round_trip(), lambda: self._send(left, min(left, self.share.request)))

    def _send(self, left: int, asked: int) -> None:
        amount = min(asked, TURN)
        self._line_free_at = max(self._line_free_at, self.now) + amount / self._bytes_per_second()
        self._after(self._line_free_at - self.now, lambda: self._arrive(left - amount, asked - amount, amount))

    def _arrive(self, left: int, asked: int, amount: int) -> None:
        self.received += amount
        if asked:
            self._send(left, asked)
        elif left:
            self._ask(left)
        else:
            self.under_way -= 1
            self._finished = True

    def _round_trip(self) -> float:
        return self.share.latency * (1 + self.share.wobble * (self._random.expovariate(1.0) - 0.8))

    def _bytes_per_second(self) -> float:
        if self.now >= self._speed_until:
            self._speed = self._random.uniform(1 - self.share.wobble, 1 + self.share.wobble)
            self._speed_until = self.now + 0.25
        crowd = max(0, self.under_way - self.share.comfortable)
        return self.share.bandwidth * self._speed / (1 + 0.05 * crowd)


class Search:
    """A simulation whose number of reads is found by a Concurrency."""

    def __init__(self, share: Share, seed: int = SEED, start: int = 4) -> None:
        self.simulation = Simulation(share, seed)
        self.concurrency = Concurrency(start=start)
        self.used: list[tuple[float, int]] = []
        self._full = True

    def run(self, seconds: float) -> float:
        """Reads on for ``seconds``; returns bytes a second."""
        return self.simulation.run(seconds, lambda: self.concurrency.reads, self._note)

    def usual(self, since: float) -> float:
        """Returns the median number of reads since a time."""
        return statistics.median(reads for when, reads in self.used if when >= since)

    def changes(self, since: float) -> int:
        """Returns how often the number of reads has changed since a time."""
        used = [reads for when, reads in self.used if when >= since]
        return sum(before != after for before, after in itertools.pairwise(used))

    def _note(self) -> None:
        simulation, reads = self.simulation, self.concurrency.reads
        assert self.concurrency.note(simulation.now, simulation.received, busy=self._full) == (
            self.concurrency.reads != reads
        )
        self._full = simulation.under_way <= self.concurrency.reads  # the simulation fills up at once, but never stops
        if simulation.now // 0.25 > (self.used[-1][0] // 0.25 if self.used else -1):
            self.used.append((simulation.now, self.concurrency.reads))


@functools.cache
def rates(share: Share) -> dict[int, float]:
    """Returns the bytes a second of each fixed number of reads."""

    def rate(reads: int) -> float:
        simulation = Simulation(share, seed=1)
        simulation.run(2, lambda: reads)
        return simulation.run(12, lambda: reads)

    return {reads: rate(reads) for reads in LEVELS}


def best_rate(share: Share) -> float:
    return max(rates(share).values())


def fewest_for(share: Share, part: float) -> int:
    return min(reads for reads, rate in rates(share).items() if rate >= part * best_rate(share))


class Found(NamedTuple):
    """What searches with several noises came to: parts of the best throughput, and the usual numbers of reads."""

    parts: list[float]
    reads: list[float]

    @classmethod
    def by(cls, searches: list[Search], seconds: float) -> Self:
        """Lets searches run on for ``seconds``."""
        begun = [search.simulation.now for search in searches]
        return cls(
            [search.run(seconds) / best_rate(search.simulation.share) for search in searches],
            [search.usual(since) for search, since in zip(searches, begun, strict=True)],
        )


def searches_of(share: Share, start: int = 4, seconds: float = 0.0) -> list[Search]:
    """Returns searches that have run for ``seconds``, each with another noise."""
    searches = [Search(share, seed, start) for seed in range(5)]
    for search in searches:
        search.run(seconds)
    return searches


# what it finds


@pytest.mark.parametrize("name", SHARES)
def test_after_10_seconds_it_has_nearly_the_best_throughput_with_few_reads(name: str) -> None:
    found = Found.by(searches_of(SHARES[name], seconds=10), 20)
    assert statistics.median(found.parts) >= 0.9
    assert min(found.parts) >= 0.8
    assert statistics.median(found.reads) <= 2 * fewest_for(SHARES[name], 0.95)


@pytest.mark.parametrize("name", ["wifi", "vpn", "vpn, small files", "weak server"])
@pytest.mark.parametrize("start", [1, 32])
def test_it_gets_there_from_any_number(name: str, start: int) -> None:
    found = Found.by(searches_of(SHARES[name], start, seconds=15), 20)
    assert statistics.median(found.parts) >= 0.9
    assert statistics.median(found.reads) <= 2 * fewest_for(SHARES[name], 0.95)


@pytest.mark.parametrize("name", ["wifi", "vpn", "vpn, small files"])
def test_after_5_seconds_it_is_near_the_best(name: str) -> None:
    assert statistics.median(Found.by(searches_of(SHARES[name], seconds=5), 5).parts) >= 0.85


@pytest.mark.parametrize("name", ["wifi", "vpn", "far away"])
def test_without_noise_it_leaves_its_number_only_to_look_beside_it(name: str) -> None:
    search = Search(SHARES[name]._replace(wobble=0.0))
    search.run(30)
    search.run(60)
    used = [LEVELS.index(reads) for when, reads in search.used if when >= 30]
    usual = statistics.median_low(used)
    # Two reads bring now 91 and now 100 %, as they keep step or not: then there are two right numbers.
    assert sum(abs(each - usual) <= 1 for each in used) >= 0.95 * len(used)
    assert search.changes(since=30) <= 15


# when the line changes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("vpn", "wifi"),
        ("wifi", "vpn"),
        ("vpn", "bad"),
        ("bad", "vpn"),
        ("far away", "vpn"),
        ("lan", "farther"),
        ("farther", "lan"),
    ],
)
def test_another_line_is_found_out_within_seconds(before: str, after: str) -> None:
    searches = searches_of(SHARES[before], seconds=30)
    for search in searches:
        search.simulation.share = SHARES[after]
        search.run(10)
    assert statistics.median(Found.by(searches, 15).parts) >= 0.9
    # Too many reads cost no throughput: down from 32 it goes step by step, surely rather than fast.
    assert statistics.median(Found.by(searches, 20).reads) <= 2 * fewest_for(SHARES[after], 0.95)


def test_a_faster_line_that_only_more_reads_would_show_is_found_by_looking_now_and_then() -> None:
    slow, fast = Share(0.060, 3e6, 100_000, wobble=0.0), Share(0.060, 30e6, 100_000, wobble=0.0)
    search = Search(slow)
    search.run(20)
    search.simulation.share = fast
    search.run(40)
    assert search.run(10) >= 0.9 * best_rate(fast)


def test_a_server_that_gets_weaker_with_more_reads_is_relieved_at_once() -> None:
    share = Share(0.005, 30e6, 400_000, comfortable=4, wobble=0.0)
    search = Search(share)
    search.run(30)
    more = [when for when, reads in search.used if reads > 6]
    assert len(more) * 0.25 <= 2


def test_a_link_that_only_seemed_full_is_looked_at_again_soon() -> None:
    search = Search(SHARES["far away"]._replace(wobble=0.0))
    search.concurrency.is_full = True
    while search.concurrency.found is None:
        search.run(0.5)
    settled = search.concurrency.found
    search.concurrency.is_full = False
    search.run(5)
    assert search.concurrency.reads > settled


def test_a_share_that_hangs_for_a_while_changes_nothing() -> None:
    search = Search(SHARES["vpn"]._replace(wobble=0.0))
    search.run(11)
    concurrency, now, received = search.concurrency, search.simulation.now, search.simulation.received
    assert not any(concurrency.note(now + tick / 4, received, busy=True) for tick in range(120))
    now += 30
    # It goes on as before; were the pause taken for a slow line, the search would begin again.
    assert not any(concurrency.note(now + tick / 10, received + 600_000 * tick, busy=True) for tick in range(1, 25))


# what it must not do


def test_nothing_changes_while_fewer_reads_are_under_way_than_allowed() -> None:
    concurrency = Concurrency(start=4)
    assert not any(concurrency.note(tick / 10, tick * MB, busy=False) for tick in range(1000))
    assert concurrency.reads == 4


def test_what_came_while_not_busy_does_not_count() -> None:
    """Half of the time only one read is under way and brings little; the other half tells how it is."""
    share = Share(0.060, 100e6, 200_000, wobble=0.0)
    search = Search(share)
    for _ in range(12):
        search.run(1.0)
        simulation, concurrency = search.simulation, search.concurrency
        assert not concurrency.note(simulation.now, simulation.received, busy=False)
        simulation.now += 1.0
        assert not concurrency.note(simulation.now, simulation.received, busy=False)
    assert search.concurrency.reads >= 24


def test_one_number_allowed_is_the_number() -> None:
    concurrency = Concurrency(least=3, most=3, start=8)
    assert not any(concurrency.note(tick / 10, tick * MB, busy=True) for tick in range(1000))
    assert concurrency.reads == 3


@pytest.mark.parametrize(("least", "start", "most", "reads"), [(1, 4, 32, 4), (2, 1, 5, 2), (1, 9, 5, 5), (1, 5, 8, 5)])
def test_it_starts_with_the_nearest_number_allowed(least: int, start: int, most: int, reads: int) -> None:
    assert Concurrency(least, most, start).reads == reads


@given(
    st.integers(1, 40),
    st.integers(0, 40),
    st.integers(1, 40),
    st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20 * MB), st.sampled_from([True, True, True, False]))),
)
def test_it_stays_within_its_limits_and_says_when_it_changes(
    least: int, further: int, start: int, notes: list[tuple[float, int, bool]]
) -> None:
    concurrency = Concurrency(least, least + further, start)
    now, received = 0.0, 0
    for passed, came, busy in notes:
        now, received, before = now + passed, received + came, concurrency.reads
        changed = concurrency.note(now, received, busy=busy)
        assert changed == (concurrency.reads != before)
        assert not changed or busy
        assert least <= concurrency.reads <= least + further


@given(st.lists(st.floats(0.96, 1.04), min_size=60, max_size=60))
def test_a_line_that_no_number_changes_gets_one_read_and_is_left_alone(noise: list[float]) -> None:
    concurrency = Concurrency()
    received, used = 0.0, []
    for second, factor in enumerate(noise):
        for tenth in range(10):
            received += 100_000 * factor
            concurrency.note(second + tenth / 10, int(received), busy=True)
        used.append(concurrency.reads)
    assert used.count(1) >= 40
    assert set(used[15:]) <= {1, 2}


def test_a_number_known_from_earlier_is_kept_until_the_line_is_another() -> None:
    concurrency = Concurrency()
    concurrency.begin_with(12)
    assert concurrency.reads == concurrency.found == 12
    received = 0
    for tenth in range(90):
        received += MB
        concurrency.note(tenth / 10, received, busy=True)
    assert concurrency.reads == 12
    concurrency.begin_with(3)
    assert concurrency.reads == 12, "what was found meanwhile is newer"
    for tenth in range(90, 400):
        received += MB // 4
        concurrency.note(tenth / 10, received, busy=True)
    assert concurrency.reads < 12, "a fourth of the rate, whatever the number"


# by what reads take: the first reads of a script, over a client that does one thing at a time or many

FILE = 800_000


class Client(NamedTuple):
    """What a client of a share makes of reads that are under way together, over a line of 12 MB/s.

    Attributes:
        gain: how many times as much several reads bring as one alone.
        latency: seconds until the first byte.
        is_in_turn: whether it does one read after the other, not a piece of each.
        tells: whether the bytes of a read are known as they come, or once it has ended.
        cached: how many files, from the first, come from the memory of this computer.
        noise: the part by which files differ.
        stalled: seconds after the first file in which all goes slowly, since other programs take the processors.
    """

    gain: float
    latency: float = 0.02
    is_in_turn: bool = False
    tells: bool = True
    cached: int = 0
    noise: float = 0.15
    stalled: float = 0.0


class _Read(NamedTuple):
    transfer: Transfer
    speed: float
    left: list[float]
    """Seconds until the first byte, and bytes."""


class Script:
    """Reads files in turn, as a prefetcher does for a loop: the first one is waited for, the others look ahead."""

    def __init__(self, client: Client, seed: int, fixed: int | None = None) -> None:
        self.now = 0.0
        self.controls = ReadControls(8, 10, lambda: self.now)
        self._client = client
        self._fixed = fixed
        self._random = random.Random(seed)  # noqa: S311 - noise, not a secret
        self._reads: list[_Read] = []
        self._begun = 0

    def run(self, files: int) -> float:
        """Reads so many files; returns the seconds."""
        began, goal = self.now, self._begun - len(self._reads) + files
        if not self._begun:
            self._begin(urgent=True)
        while self._begun - len(self._reads) < goal:
            while sum(not read.transfer.urgent for read in self._reads) < (self._fixed or self.controls.at_once):
                self._begin()
            self._go_on()
        return self.now - began

    def _begin(self, *, urgent: bool = False) -> None:
        client, transfer = self._client, Transfer()
        self.controls.begin(transfer)
        transfer.set_urgent(urgent=urgent)
        noise = self._random.uniform(1 - client.noise, 1 + client.noise)
        speed = noise * (300 if self._begun < client.cached else 1)
        self._begun += 1
        self._reads.append(_Read(transfer, speed, [client.latency * noise, FILE]))

    def _go_on(self) -> None:
        client = self._client
        going = [read for read in self._reads if read.transfer.urgent] or self._reads
        going = going[: 1 if client.is_in_turn else None]
        sending = sum(not read.left[0] for read in going)
        rate = min(12e6 / client.gain, 12e6 / max(1, sending))
        rate /= 6 if self._begun - len(self._reads) > 0 and self.now < client.stalled else 1
        until = [read.left[0] or read.left[1] / (rate * read.speed) for read in going]
        passed = min(0.01, *until)
        self.now += passed
        for read, seconds in zip(going, until, strict=True):
            if read.left[0]:
                read.left[0] = read.left[0] - passed if seconds > passed else 0.0
                continue
            read.left[1] -= rate * read.speed * passed
            read.transfer.received = int(FILE - read.left[1]) if client.tells else 0
            if seconds == passed:
                read.transfer.received = FILE
                self.controls.end(read.transfer)
                self._reads.remove(read)


def slowness(client: Client, files: int, skipped: int = 0) -> float:
    """Returns the seconds of ``files`` after those skipped, beside the best fixed number of reads: the worst of 6."""

    def seconds(seed: int, fixed: int | None) -> float:
        script = Script(client, seed, fixed)
        script.run(skipped)
        return script.run(files)

    return max(seconds(seed, None) / min(seconds(seed, fixed) for fixed in (1, 4, 10)) for seed in range(6))


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize(("gain", "latency"), [(1, 0.1), (1.5, 0.02), (1.7, 0.0), (3, 0.02), (3, 0.0), (8, 0.05)])
def test_a_script_never_reads_one_by_one_where_several_bring_more(gain: float, latency: float, *, tells: bool) -> None:
    assert slowness(Client(gain, latency, tells=tells), 40) <= 1.2


@pytest.mark.parametrize("gain", [1.5, 3, 8])
def test_a_first_file_from_memory_does_not_make_the_next_ones_come_one_by_one(gain: float) -> None:
    assert slowness(Client(gain, cached=1), 40, skipped=12) <= 1.2


def test_a_computer_that_was_busy_for_a_second_does_not_make_files_come_one_by_one_for_long() -> None:
    assert slowness(Client(3, stalled=1.0), 60, skipped=20) <= 1.2


@pytest.mark.parametrize("is_in_turn", [True, False])
def test_where_a_client_does_one_thing_at_a_time_one_is_read_at_a_time(*, is_in_turn: bool) -> None:
    scripts = [Script(Client(1, 0.0, is_in_turn, noise=0.03), seed) for seed in range(8)]
    for script in scripts:
        script.run(20)
    assert statistics.median(script.controls.at_once for script in scripts) == 1  # where the first file came as usual


def test_one_at_a_time_known_from_earlier_is_soon_found_to_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.core.prefetch.files.share_of", lambda _path, **_as: "a share")
    monkeypatch.setattr(KnownLines, "recall", lambda _self, _share: KnownLine(1, 0.0))
    script = Script(Client(4), 1)
    script.controls.recall("/shots")
    assert script.controls.at_once == 1
    while script.now < 10:
        script.run(1)
    assert script.controls.at_once >= 4


@pytest.mark.parametrize(("together", "is_one"), [(4 * FILE, False), (FILE, True)])
def test_the_window_judges_a_read_by_all_that_came_beside_it(together: int, *, is_one: bool) -> None:
    line, read = Line(), Transfer()
    read.latency, read.received = 0.02, FILE
    line.note_read(read, 0.0, 0.2, -1, 0, FILE, may_judge=True)
    for before in (2, 2, 3, 3):  # these began before the last of four, and ended with them
        line.note_read(read, 0.2, 0.2 + 0.2 * (before + 1), before, 4, together * (before + 1), may_judge=True)
    assert (line.concurrency.reads == 1) == is_one
