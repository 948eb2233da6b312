"""Orders are balanced, repeats are hidden, and all of it follows from the seed."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v2ra.errors import InputError
from v2ra.study.orders import listener_order, williams_rows, with_repeats

sizes = st.integers(1, 40)


@given(sizes)
def test_each_item_stands_at_each_place_equally_often(n_items: int) -> None:
    rows = williams_rows(n_items)
    counts = Counter((item, place) for row in rows for place, item in enumerate(row))
    assert len(counts) == n_items**2
    assert set(counts.values()) == {len(rows) // n_items}


@given(st.integers(2, 40))
def test_each_item_follows_each_other_one_equally_often(n_items: int) -> None:
    rows = williams_rows(n_items)
    counts = Counter(pair for row in rows for pair in itertools.pairwise(row))
    assert len(counts) == n_items * (n_items - 1)
    assert set(counts.values()) == {len(rows) // n_items}


@given(sizes, st.integers(0, 99), st.integers(0, 2**31))
def test_a_listener_meets_each_item_once_and_the_same_seed_gives_the_same_order(
    n_items: int, listener: int, seed: int
) -> None:
    order = listener_order(n_items, listener=listener, seed=seed)
    assert sorted(order) == list(range(n_items))
    assert order == listener_order(n_items, listener=listener, seed=seed)


@given(st.integers(2, 30), st.integers(0, 2**31))
def test_listeners_up_to_the_number_of_rows_all_have_orders_of_their_own(n_items: int, seed: int) -> None:
    orders = {listener_order(n_items, listener=listener, seed=seed) for listener in range(n_items)}
    assert len(orders) == n_items


@given(st.integers(4, 40), st.data())
def test_repeats_are_of_earlier_items_never_next_to_themselves_and_balanced(
    n_items: int, data: st.DataObject
) -> None:
    n_repeats = data.draw(st.integers(1, n_items // 4))
    counts: Counter[int] = Counter()
    for row in williams_rows(n_items):
        shown = with_repeats(row, n_repeats)
        assert [item for item, repeat in shown if not repeat] == list(row)
        again = [item for item, repeat in shown if repeat]
        assert len(set(again)) == n_repeats
        for place, (item, repeat) in enumerate(shown):
            assert repeat == (item in [earlier for earlier, _ in shown[:place]])
            assert place == 0 or shown[place - 1][0] != item
        counts.update(again)
    assert len(counts) == n_items
    assert len(set(counts.values())) == 1


def test_another_seed_gives_another_order() -> None:
    assert listener_order(20, listener=0, seed=0) != listener_order(20, listener=0, seed=1)


@pytest.mark.parametrize(("n_items", "n_repeats"), [(3, 1), (8, 3), (8, -1)])
def test_too_many_repeats_are_refused(n_items: int, n_repeats: int) -> None:
    with pytest.raises(InputError, match="hidden repeats"):
        with_repeats(tuple(range(n_items)), n_repeats)


def test_no_items_are_refused() -> None:
    with pytest.raises(InputError, match="found 0 items"):
        williams_rows(0)
