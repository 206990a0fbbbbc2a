"""Folder rules of this window: how the pictures of folders are grouped and ordered, and when their files were written.

A rule is remembered on this disk. Another one regroups the names that are known: the share is asked nothing, but when
files were written, for the order by date alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from viewer.core import errors
from viewer.core.errors import ShareAwayError
from viewer.core.executor import Failure, Success
from viewer.core.records import dataclass, field, replace
from viewer.core.sequence.folder_rule import Order
from viewer.core.sequence.naming import Grouped, grouped, is_picture_name
from viewer.core.sequence.pattern import is_pattern
from viewer.core.storage.transfer import Transfer
from viewer.model.opened import open_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewer.core.executor import Executor
    from viewer.core.load.hearing import Hearing
    from viewer.core.loop import Loop, Timer
    from viewer.core.sequence.folder_rule import FolderRule
    from viewer.core.storage.storage import Storage
    from viewer.model.opened import Opened
    from viewer.model.refresher import Refresher
    from viewer.model.sequence_settings_sync import SequenceSettingsSync

ASKED_AT_ONCE = 500
"""Files that one job asks about; then it is said how many are left. Over 100 ms it takes 2 s."""
AGAIN_AFTER = 5.0
"""Seconds until a share that did not answer is asked again."""


@dataclass(eq=False)
class FolderRules:
    """Groups the names of the folder that is open by its rule; owner thread only, but for :meth:`group`.

    ``_on_regrouped`` is called with all that is known, prepared, when its names have been grouped in another way. What
    is asked is told to ``_hearing``.

    Attributes:
        is_chosen: whether the user has chosen the rule since the folder was opened.
    """

    _loop: Loop
    _chores: Executor
    _storage: Storage
    _hearing: Hearing
    _settings: SequenceSettingsSync
    _refresher: Refresher
    _on_regrouped: Callable[[Opened], None]
    is_chosen: bool = False
    _rules: dict[str, FolderRule] = field(default_factory=dict)
    _text: str = ""
    _name: str = ""
    _wished: FolderRule | None = None
    _opened: Opened | None = None
    _times: dict[str, int | None] = field(default_factory=dict)
    _asking: Transfer | None = None
    _timer: Timer | None = None
    _is_grouping: bool = False
    _is_stale: bool = False
    _dated: Opened | None = None
    _has_said: bool = False

    def begin(self, text: str, name: str = "") -> None:
        """Takes what is being opened, and the file in it to begin at: a filter does not hide one that is named."""
        self.close()
        last = os.path.split(text.rstrip("/"))[1]
        self._text, self._name = text, name or (last if is_picture_name(last) else "")
        self._opened, self._wished, self._times, self.is_chosen = None, None, {}, False

    def group(self, folder: str, names: Iterable[str]) -> Grouped:
        """Returns what ``names`` form by the rule of ``folder``, by the times that are known; any worker.

        A filter that none passes hides nothing.
        """
        rule = self._wished or self._rules.get(folder)
        if rule is None:
            rule = self._rules.setdefault(folder, self._settings.rule(folder))
        rule, times = self._unhidden(rule), {name: time for name, time in self._times.items() if time is not None}
        found = grouped(folder, names, rule, times)
        return found if found.sequences else grouped(folder, found.hidden, replace(rule, filter=""))._replace(rule=rule)

    def _unhidden(self, rule: FolderRule) -> FolderRule:
        return replace(rule, filter="") if self._name and not rule.passes()(self._name) else rule

    def set(self, rule: FolderRule) -> bool:
        """Changes the rule of the folder that is open, and has the names that are known grouped by it.

        Returns whether it does so: not where a pattern says which pictures are wanted, which is said.
        """
        if is_pattern(self._text):
            self._refresher.say("A pattern says which pictures are shown. Open the folder to order all of them.")
            return False
        self._name, self._wished, self.is_chosen = "", rule, True
        self._go_on()
        return bool(self._text)

    def see(self, text: str, opened: Opened) -> None:
        """Takes what is known by now of what ``text`` names, and does what is still to be done for its rule."""
        if self._opened is None or opened.folder != self._opened.folder:
            self._times = {}
        self._text, self._opened = text, opened
        self._go_on()

    def is_same(self, opened: Opened) -> bool:
        """Returns whether what is known now is grouped by the same rule as what was seen of the folder before."""
        return self._opened is None or self._opened.rule == opened.rule

    def forget_times(self) -> None:
        """Has the files asked anew when they were written."""
        self._end_asking()
        self._times, self._dated = {}, None

    def close(self) -> None:
        """Asks nothing any more; nothing is reported of the folder that was open."""
        self._opened = self._dated = None
        self._end_asking()

    def _end_asking(self) -> None:
        if self._asking is not None:
            self._hearing.withdrawn(self._asking)
            self._asking.cancel()
            self._asking = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        opened = self._opened
        if opened is None or is_pattern(self._text):
            return
        if (wished := self._wished) is not None:
            self._rules[opened.folder], self._wished = wished, None
            self._settings.change_rule(opened.folder, wished)
        if self._is_stale or opened.rule != self._unhidden(self._rules.get(opened.folder, opened.rule)):
            self._regroup(opened)
        elif opened.rule.order is not Order.BY_DATE:
            self._end_asking()
        elif opened.complete and self._asking is None and self._timer is None:
            self._ask(opened)

    # Grouping

    def _regroup(self, opened: Opened) -> None:
        if self._is_grouping:
            return
        text, group, is_dated = self._text, self.group, self._is_stale
        self._is_stale = False

        def work() -> Opened:
            names = list(opened.names())
            found = open_listed(text, opened.folder, names, opened.verdicts, group, complete=opened.complete)
            found = replace(found, names_seen=opened.names_seen, kept=opened.kept, shortened=opened.shortened)
            found = replace(found, unread=opened.unread)
            return found.prepared()

        def done(outcome: Success[Opened] | Failure) -> None:
            self._is_grouping = False
            if self._opened is opened and isinstance(outcome, Success):
                self._opened = outcome.value
                self._dated = outcome.value if is_dated else None
                self._on_regrouped(outcome.value)
            self._go_on()

        self._is_grouping = True
        self._chores.submit(work, done)

    # Asking

    def _ask(self, opened: Opened) -> None:
        """Asks when files were written, some at a time; when all are known, or cannot be, the names are regrouped."""
        self._timer = None
        storage, times, folder = self._storage, self._times, opened.folder
        transfer = self._asking = Transfer()

        def work() -> tuple[dict[str, int | None], int]:
            from viewer.core.storage.change_times import change_times  # noqa: PLC0415 - only for the order by date

            names = [name for name in opened.names() if name not in times]
            paths = {name: f"{folder.rstrip('/')}/{name}" for name in names[:ASKED_AT_ONCE]}
            return change_times(storage, paths, transfer), len(names)

        def done(outcome: Success[tuple[dict[str, int | None], int]] | Failure) -> None:
            if self._asking is not transfer:
                return
            self._asking = None
            is_away = isinstance(outcome, Failure)
            (self._hearing.withdrawn if is_away else self._hearing.answered)(transfer)
            if isinstance(outcome, Success):
                self._note(*outcome.value)
            elif isinstance(outcome.error, ShareAwayError):
                self._timer = self._loop.call_later(AGAIN_AFTER, self._ask_again)
            elif not isinstance(outcome.error, errors.CancelledError):
                self._refresher.say_unasked(f"The pictures cannot be ordered by date: {outcome.error}")

        self._hearing.asked(transfer)
        self._chores.submit(work, done)

    def _ask_again(self) -> None:
        self._timer = None
        self._go_on()

    def _note(self, found: dict[str, int | None], wanted: int) -> None:
        if self._opened is self._dated:
            return
        self._times = {**self._times, **found}
        if left := wanted - len(found):
            self._refresher.mention(f"Asking for dates: {left:,} to go")
        elif unknown := sum(time is None for time in self._times.values()):
            what = "1 file" if unknown == 1 else f"{unknown:,} files"
            where = "it stands" if unknown == 1 else "they stand"
            self._refresher.mention(f"The date of {what} cannot be asked: {where} last")
        elif self._has_said:
            self._refresher.mention("")
        self._has_said, self._is_stale = bool(left), not left
        self._go_on()
