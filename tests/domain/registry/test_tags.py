"""Git tags as the registry sees them: what counts, in which order, and why a record is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.registry.record import encode_message
from expbench.domain.registry.tags import Tag, read_events, when
from tests.domain.registry.records import bare, record, tag

LIGHTWEIGHT = "it is a lightweight tag, which counts for nothing, to GTO neither"
NO_COMMIT = "it points at no commit, or its object is missing or damaged"


def why_none(name: str, message: str) -> str:
    """Why the tag of this name with this message has no record."""
    (event,) = read_events([Tag(name, "1" * 40, message=message)]).events
    assert event.record is None
    return event.why


@pytest.mark.parametrize(
    "name", ["v1.0.0", "release", "digits", "digits@1.0.0", "a b@v1.0.0", "@v1.0.0", "", "#prod#1"]
)
def test_other_tags_are_passed_over(name: str) -> None:
    assert read_events([Tag(name, "1" * 40)]) == ([], [])


@pytest.mark.parametrize(
    ("stray", "why"),
    [
        (bare("m@v0.0.1", 1)._replace(annotated=False), LIGHTWEIGHT),
        (bare("m#prod#1", 1)._replace(target_is_commit=False), NO_COMMIT),
        (bare("m@created", 1), "GTO knows no such event"),
    ],
)  # fmt: skip
def test_what_counts_for_nothing_is_said(stray: Tag, why: str) -> None:
    found = read_events([stray, bare("m@v0.0.2", 2)])
    assert [event.tag.name for event in found.events] == ["m@v0.0.2"]
    assert found.strays == [(stray.name, why)]


@given(st.permutations([("m@v0.0.2", 5), ("m@v0.0.1", 5), ("m#prod#2", 1), ("n@v1.0.0", -3), ("m@v0.0.1!", 2**40)]))
def test_the_order_is_gtos_whatever_git_lists_first(tags: list[tuple[str, int]]) -> None:
    events = read_events([bare(name, at) for name, at in tags]).events
    assert [event.tag.name for event in events] == ["n@v1.0.0", "m#prod#2", "m@v0.0.1", "m@v0.0.2", "m@v0.0.1!"]


@pytest.mark.parametrize(
    ("name", "version", "event"),
    [
        ("digits@v0.0.1", None, "register"),
        ("digits#prod#2", "v0.0.1", "promote"),
        ("digits#prod!#3", "v0.0.1", "demote"),
        ("digits@v0.0.1!", None, "deprecate"),
        ("digits@deprecated", None, "deprecate"),
    ],
)
def test_a_record_of_the_same_thing_is_believed(name: str, version: str | None, event: str) -> None:
    (found,) = read_events([tag(name, 7, version=version)]).events
    assert found.record is not None
    assert (found.event, found.record["event"], found.why, found.at) == (event, event, "", 7)


@pytest.mark.parametrize(
    ("name", "changes", "subject"),
    [
        ("digits@v0.0.2", {}, "register of digits v0.0.1"),
        ("other@v0.0.1", {}, "register of digits v0.0.1"),
        ("digits@v0.0.1!", {}, "register of digits v0.0.1"),
        ("digits@deprecated", {"event": "deprecate"}, "deprecate of digits v0.0.1"),
        ("digits@v0.0.1", {"version": None}, "register of digits"),
        ("digits#prod#1", {"event": "promote", "stage": "dev"}, "promote of digits v0.0.1 and its stage dev"),
        ("digits#prod!#1", {"event": "promote", "stage": "prod"}, "promote of digits v0.0.1 and its stage prod"),
        ("digits@v0.0.1", {"stage": "prod"}, "register of digits v0.0.1 and its stage prod"),
    ],
)
def test_a_record_of_something_else_is_not(name: str, changes: dict[str, object], subject: str) -> None:
    """Such as a tag of git that somebody copied under another name."""
    why = why_none(name, encode_message(record(**changes)))
    assert why == f"its record speaks of something else: {subject}"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 400 + ".0", "NaN", "-Infinity", "9" * 5000])
def test_a_record_with_a_number_that_json_cannot_say_is_none(number: str) -> None:
    """1e999 is JSON, but an infinity to who reads it, which could not be written as JSON again."""
    message = encode_message(record()).replace('"last": 0.9', f'"last": {number}')
    assert number in message
    assert why_none("digits@v0.0.1", message) == "its record is not JSON"


def test_a_tag_of_a_hand_counts_without_a_proof() -> None:
    assert why_none("m@v0.0.1", "About it\n\n") == "its message holds no record of exp"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (1767323045, "2026-01-02T03:04:05Z"),
        (10**18, "9999-12-31T23:59:59Z"),
        (-(10**18), "0001-01-01T00:00:00Z"),
        (10**400, "9999-12-31T23:59:59Z"),
        (-(10**400), "0001-01-01T00:00:00Z"),
    ],
)
def test_seconds_as_a_time(seconds: int, shown: str) -> None:
    assert when(seconds) == shown


@given(st.integers(-(2**63), 2**63), st.integers(-(2**63), 2**63))
def test_times_keep_the_order_of_seconds(one: int, other: int) -> None:
    assert when(min(one, other)) <= when(max(one, other))
