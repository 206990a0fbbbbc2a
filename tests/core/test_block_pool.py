"""Blocks of memory that are used again: none that is in use, and not too many that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from viewer.core.display.block_pool import LEAST_BLOCK, BlockPool

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (LEAST_BLOCK, LEAST_BLOCK + 4096)


def test_a_block_is_used_again_when_the_array_and_all_its_views_have_gone() -> None:
    pool = BlockPool()
    array = pool.array(2, LEAST_BLOCK // 4, 4)
    first = array.ctypes.data
    view = array.view("u4")[1:]
    del array
    assert pool.spare_bytes == 0, "a view is left"
    del view
    assert pool.spare_bytes == 2 * LEAST_BLOCK
    assert pool.array(2 * LEAST_BLOCK).ctypes.data == first


def test_small_and_very_large_arrays_come_from_elsewhere_and_clearing_keeps_none() -> None:
    pool = BlockPool(most_spare=3 * LEAST_BLOCK)
    both = [pool.array(LEAST_BLOCK), pool.array(LEAST_BLOCK)]
    both.clear()
    for make, spare in ((pool.array, LEAST_BLOCK), (pool.memory, 0)):
        make(3 * LEAST_BLOCK + 1)
        assert pool.spare_bytes == spare, "a large one takes the place of half of what is spare"
    pool.array(LEAST_BLOCK - 1)
    pool.array(3 * LEAST_BLOCK + 1)
    assert pool.spare_bytes == 0
    pool.array(LEAST_BLOCK)
    pool.clear()
    assert pool.spare_bytes == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from(SIZES)), max_size=40))
def test_what_is_in_use_is_never_written_to_and_what_is_spare_has_a_limit(
    steps: list[tuple[bool, int, int]],
) -> None:
    pool = BlockPool(most_spare=3 * LEAST_BLOCK)
    in_use: dict[int, tuple[NDArray[Any], int]] = {}
    for number, (is_taken, place, size) in enumerate(steps):
        in_use.pop(place, None)
        if is_taken:
            in_use[place] = pool.array(size), number % 256
            in_use[place][0][:] = number % 256
        assert pool.spare_bytes <= 3 * LEAST_BLOCK
    assert all((array == value).all() for array, value in in_use.values())
