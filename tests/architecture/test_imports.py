"""That the import contracts leave no module out; ``lint-imports``, in ``make check``, sees that they are kept."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]
LAYERS = [contract for contract in CONTRACTS if contract["type"] == "layers"]


@pytest.mark.parametrize("floor", ["viewer", "viewer.core", "viewer.model", "viewer.gui"])
def test_each_floor_says_which_rooms_it_has(floor: str) -> None:
    assert [contract["containers"] for contract in LAYERS].count([floor]) == 1


@pytest.mark.parametrize("contract", LAYERS, ids=lambda contract: contract["name"])
def test_a_new_room_must_be_given_a_place(contract: dict[str, Any]) -> None:
    assert contract["exhaustive"] is True
    assert "exhaustive_ignores" not in contract


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_no_contract_has_an_exception(contract: dict[str, Any]) -> None:
    assert "ignore_imports" not in contract


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["name"])
def test_contracts_name_rooms_that_exist(contract: dict[str, Any]) -> None:
    named = [name for key in ("source_modules", "forbidden_modules", "containers") for name in contract.get(key, ())]
    ours = [ROOT.joinpath(*name.split(".")) for name in named if name.split(".")[0] == "viewer"]
    assert [path for path in ours if not path.is_dir() and not path.with_suffix(".py").is_file()] == []
