"""What every writing of the registry has in common: seconds, counters, and a second look under the lock."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.registry.fold import Model, fold
from expbench.domain.registry.tags import Tag
from expbench.services.notary import Changed, next_counter, next_second, stage_tag, unchanged, write
from tests.domain.registry.records import bare, record
from tests.services.notaries import NOW, SECOND, Desk

FIRST = bare("m@v0.0.1", 100)


def model(*tags: Tag) -> Model:
    return fold([FIRST, *tags]).models["m"]


@pytest.mark.parametrize(
    ("last", "second"),
    [(100, SECOND), (SECOND - 1, SECOND), (SECOND, SECOND + 1), (SECOND + 5000, SECOND + 5001), (-5, SECOND)],
)
def test_a_tag_is_later_than_all_of_the_model(last: int, second: int) -> None:
    """Also where the clock of who wrote last is ahead: GTO orders by seconds."""
    assert next_second(NOW, model(bare("m#prod#1", last))) == second


def test_the_first_tag_is_of_now() -> None:
    assert next_second(NOW, None) == SECOND
    assert next_second("2026-01-02T03:04:05", None) == SECOND


@given(st.lists(st.integers(-(10**9), 10**10), max_size=5))
def test_seconds_only_grow(seconds: list[int]) -> None:
    tags = [bare(f"m#prod#{number}", at) for number, at in enumerate(seconds)]
    assert next_second(NOW, model(*tags)) > max([100, *seconds])


@pytest.mark.parametrize(
    ("names", "counter"),
    [([], 1), (["m#prod#1"], 2), (["m#prod#7", "m#dev#3"], 8), (["m#prod"], 1), (["m#prod!#12"], 13),
     (["m@v1.0.0#4"], 5)],
)  # fmt: skip
def test_the_counter_goes_through_all_tags(names: list[str], counter: int) -> None:
    tags = [bare(name, 200 + place) for place, name in enumerate(names)]
    assert next_counter(model(*tags)) == counter
    assert stage_tag(model(*tags), "m", "prod") == f"m#prod#{counter}"
    assert stage_tag(model(*tags), "m", "prod", ends=True) == f"m#prod!#{counter}"


def test_a_model_that_is_new_counts_from_one() -> None:
    assert next_counter(None) == 1
    assert stage_tag(None, "a:b/c", "prod") == "a=b/c#prod#1"


def test_what_is_as_it_was_seen_is_given_anew() -> None:
    desk = Desk(FIRST, bare("other@v1.0.0", 5))
    seen = desk.model()
    desk.tags.append(bare("other#prod#1", 6))
    found = unchanged(desk.notary, seen)
    assert found is not seen
    assert [event.tag for event in found.events] == [FIRST]


@pytest.mark.parametrize(
    ("tags", "cause"),
    [
        ([FIRST, bare("m#prod#1", 200)], "Bob <bob@example.org> wrote the git tag m#prod#1 meanwhile"),
        ([bare("m#prod#1", 50)], "Bob <bob@example.org> wrote the git tag m#prod#1 meanwhile"),
        ([FIRST, bare("m#a#1", 9), bare("m#b#2", 8)], "Bob <bob@example.org> wrote the git tag m#a#1 meanwhile"),
        ([], "its tags changed"),
        ([bare("other@v1.0.0", 5)], "its tags changed"),
    ],
)
def test_what_has_changed_stops_the_writing(tags: list[Tag], cause: str) -> None:
    with pytest.raises(Changed) as caught:
        unchanged(Desk(*tags).notary, model())
    error = caught.value
    assert (error.what, error.cause) == ("m has just changed, so nothing was written", cause)
    assert error.hint == "exp models history m"


def test_a_tag_that_went_and_no_other_came_stops_it_too() -> None:
    with pytest.raises(Changed, match="just changed") as caught:
        unchanged(Desk(FIRST).notary, model(bare("m#prod#1", 200)))
    assert caught.value.cause == "its tags changed"


@pytest.mark.parametrize(
    ("at", "shown"), [(SECOND, "2026-01-02T03:04:05Z"), (0, "1970-01-01T00:00:00Z"), (10**18, "9999-12-31T23:59:59Z")]
)
def test_the_record_is_dated_by_its_tag(at: int, shown: str) -> None:
    """Not by the clock of now: the second may have been moved behind other tags."""
    desk = Desk()
    told: dict[str, Any] = {**record(model="m")}
    with desk.lock():
        written = write(desk.notary, "m@v0.0.1", "1" * 40, record(model="m"), at)
    assert (written.tag, written.commit, written.record) == ("m@v0.0.1", "1" * 40, {**told, "at": shown})
    (tag,) = desk.tags
    assert (tag.target, tag.at) == ("1" * 40, at)
    assert json.loads(tag.message.partition("\n\n")[2]) == written.record
