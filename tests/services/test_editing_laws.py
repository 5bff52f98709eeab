"""Laws of edits: undo brings back exactly what was, step by step, and an edit made twice changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.services.editing import TagEdit, change, edit_tags, undo
from tests.adapters.store.runs import document, run_id_of
from tests.fakes import MemoryStore, StepClock

ONE = run_id_of(1)
CLOCK = StepClock()
_TAGS = st.lists(st.sampled_from("abcd"), max_size=3)
_KEYS = st.sampled_from("kmn")
_EDITS = st.builds(TagEdit, _TAGS, _TAGS, st.lists(st.tuples(_KEYS, st.sampled_from(["", "v", "w"])), max_size=3))
_STATES = st.tuples(st.lists(st.sampled_from("abcd"), unique=True), st.dictionaries(_KEYS, st.sampled_from("vw")))
few = settings(max_examples=25)


def never(operation: Event) -> None:
    raise AssertionError(operation)


def holding(tags: list[str], attributes: dict[str, str]) -> MemoryStore:
    store = MemoryStore()
    store.create(document(1, tags=tags, attributes=attributes, note="before"))
    return store


def said(found: RunDocument) -> tuple[list[str], dict[str, str], str]:
    """What people said about the run."""
    return found["tags"], found["attributes"], found["note"]


@few
@given(_STATES, st.lists(_EDITS, max_size=4))
def test_undo_goes_back_through_every_state(state: tuple[list[str], dict[str, str]], edits: list[TagEdit]) -> None:
    store = holding(*state)
    states = [said(store.read(ONE))]
    for edit in edits:
        found = said(edit_tags(store, CLOCK, ONE, edit))
        if found != states[-1]:
            states.append(found)
    assert len(store.operations()) == len(states) - 1
    for before in reversed(states[:-1]):
        undo(store, CLOCK, never)
        assert said(store.read(ONE)) == before


@few
@given(_STATES, _EDITS)
def test_an_edit_made_twice_is_made_once(state: tuple[list[str], dict[str, str]], edit: TagEdit) -> None:
    store = holding(*state)
    once = said(edit_tags(store, CLOCK, ONE, edit))
    assert said(edit_tags(store, CLOCK, ONE, edit)) == once
    assert len(store.operations()) <= 1


@few
@given(_STATES, _EDITS)
def test_an_edit_does_what_was_asked_and_nothing_else(state: tuple[list[str], dict[str, str]], edit: TagEdit) -> None:
    tags, attributes, note = said(edit_tags(holding(*state), CLOCK, ONE, edit))
    assert {*tags} == ({*state[0]} | {*edit.added}) - {*edit.removed}
    assert len(tags) == len({*tags})
    assert attributes == {key: value for key, value in {**state[1], **dict(edit.attributes)}.items() if value}
    assert note == "before"
    kept = [tag for tag in state[0] if tag in tags]
    assert tags[: len(kept)] == kept


@few
@given(_STATES, _EDITS, st.sampled_from(["", "after\n\x1b[2J"]))
def test_undo_leaves_alone_what_another_edit_touched(
    state: tuple[list[str], dict[str, str]], edit: TagEdit, note: str
) -> None:
    """An edit of the note between two of the tags is taken back for itself."""
    store = holding(*state)
    first = said(edit_tags(store, CLOCK, ONE, edit))
    change(store, CLOCK, store.read(ONE), {"note": note})
    undo(store, CLOCK, never)
    assert said(store.read(ONE)) == first
    if first != (*state, "before"):
        undo(store, CLOCK, never)
    assert said(store.read(ONE)) == (*state, "before")
