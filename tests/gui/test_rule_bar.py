"""The orders in the menus: which one is checked, and what each makes of the rule of a folder."""

from __future__ import annotations

import pytest
from PyQt5.QtWidgets import QAction

from viewer.core.sequence.folder_rule import AS_NAMED, FolderRule, Order
from viewer.gui.widgets.rule_bar import BY_PATTERN, RULES, show_rule, with_command

PATTERN = "cam{camera}_{frame}_*.png"
OWNED = FolderRule(pattern=PATTERN, filter="x")


@pytest.mark.parametrize(
    ("rule", "checked", "text"),
    [
        (AS_NAMED, "order_sequences", ""),
        (OWNED, BY_PATTERN, f"By pattern: {PATTERN}"),
        (FolderRule(Order.BY_NAME, PATTERN), "order_by_name", f"By pattern: {PATTERN}"),
        (FolderRule(Order.BY_DATE), "order_by_date", ""),
        (FolderRule(pattern="a&b{frame}" + "_long" * 20 + ".png"), BY_PATTERN, "By pattern: a&&b{frame}_l"),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_the_menus_check_the_rule_and_show_a_pattern(rule: FolderRule, checked: str, text: str) -> None:
    actions = {name: QAction() for name in RULES}
    for action in actions.values():
        action.setCheckable(True)
    show_rule(rule, actions.__getitem__)
    assert [name for name, action in actions.items() if action.isChecked()] == [checked]
    assert actions[BY_PATTERN].isVisible() == bool(text)
    assert actions[BY_PATTERN].text().startswith(text)
    assert len(actions[BY_PATTERN].text()) < 70


def test_each_order_keeps_the_filter_and_the_usual_one_forgets_the_pattern() -> None:
    assert with_command(OWNED, "order_sequences") == FolderRule(filter="x")
    assert with_command(OWNED, "order_by_number") == FolderRule(Order.BY_NUMBER, PATTERN, "x")
    assert with_command(with_command(OWNED, "order_by_number"), BY_PATTERN) == OWNED
