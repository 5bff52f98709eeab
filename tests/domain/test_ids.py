"""Run ids and their shortest prefixes."""

import os

from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.ids import ALPHABET, LENGTH, default_name, is_id, new_id, shortest_prefixes

ids = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(st.binary(min_size=8, max_size=16))
def test_every_entropy_gives_an_id(entropy: bytes) -> None:
    assert is_id(new_id(entropy))


def test_ids_differ_where_entropy_differs() -> None:
    assert len({new_id(os.urandom(8)) for _ in range(1000)}) == 1000


def test_letters_that_look_alike_are_no_ids() -> None:
    assert not is_id("ilouilouilou")
    assert not is_id("../../../etc")
    assert not is_id("")


@given(ids)
def test_a_default_name_is_two_words_and_a_number_and_always_the_same(run_id: str) -> None:
    adjective, animal, number = default_name(run_id).split("-")
    assert adjective.isalpha()
    assert animal.isalpha()
    assert 0 <= int(number) < 1000
    assert default_name(run_id) == default_name(run_id)


@given(st.sets(ids, min_size=1, max_size=40))
def test_a_shortest_prefix_is_unique_and_not_longer_than_needed(known: set[str]) -> None:
    for run_id, prefix in shortest_prefixes(known, known).items():
        assert [other for other in known if other.startswith(prefix)] == [run_id]
        shorter = prefix[:-1]
        assert len(prefix) == 4 or sum(other.startswith(shorter) for other in known) > 1


def test_prefixes_grow_where_ids_share_their_beginning() -> None:
    one, two = "abcde1230000", "abcde1240000"
    assert shortest_prefixes([one], [one, two]) == {one: "abcde123"}
