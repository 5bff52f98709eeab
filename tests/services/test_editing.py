"""Edits on a store in memory: what they leave in journal and log, and that undo brings back what was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.domain.events import Event
from expbench.errors import ExpError, UsageError
from expbench.services.editing import TagEdit, change, edit_tags, parse_tag_edit, purge, remove, undo
from tests.adapters.store.runs import document, run_id_of
from tests.fakes import MemoryStore, StepClock

ONE, TWO = run_id_of(1), run_id_of(2)
CLOCK = StepClock()


def never(operation: Event) -> None:
    raise AssertionError(operation)


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore()
    made.create(document(1, tags=["a"], attributes={"k": "v"}, note="before"))
    made.create(document(2))
    return made


def test_words_of_a_tag_edit() -> None:
    edit = parse_tag_edit(["+a", "-b", "k=v", "c=", "x=y=z", "+k=v", "--c"])
    assert edit == TagEdit(["a", "k=v"], ["b", "-c"], [("k", "v"), ("c", ""), ("x", "y=z")])


@pytest.mark.parametrize("word", ["", "a", "+", "-", "=", "=v"])
def test_a_word_that_is_none(word: str) -> None:
    with pytest.raises(UsageError):
        parse_tag_edit([word])


def test_tags_and_attributes_change_together(store: MemoryStore) -> None:
    found = edit_tags(store, CLOCK, ONE, parse_tag_edit(["+b", "+a", "-never", "-a", "k=", "n=1"]))
    assert (found["tags"], found["attributes"]) == (["b"], {"n": "1"})
    assert len(store.operations()) == 1
    undo(store, CLOCK, never)
    assert (store.read(ONE)["tags"], store.read(ONE)["attributes"]) == (["a"], {"k": "v"})


def test_tags_come_back_in_their_places(store: MemoryStore) -> None:
    edit_tags(store, CLOCK, TWO, parse_tag_edit(["+x", "+y", "+z"]))
    edit_tags(store, CLOCK, TWO, parse_tag_edit(["-y", "+w"]))
    assert store.read(TWO)["tags"] == ["x", "z", "w"]
    undo(store, CLOCK, never)
    assert store.read(TWO)["tags"] == ["x", "y", "z"]


def test_undo_takes_back_its_own_edit_and_nothing_that_came_since(store: MemoryStore) -> None:
    """The run itself may tag while a person does, and its tags are in no log."""
    edit_tags(store, CLOCK, ONE, parse_tag_edit(["+mine", "-a", "k=w", "n=1"]))
    store.append(ONE, [Event("tagged", CLOCK.now(), {"tags": ["theirs"], "attributes": {"m": "2"}})])
    assert undo(store, CLOCK, never).data["after"] == {"tags": ["mine"], "attributes": {"k": "w", "n": "1"}}
    assert store.read(ONE)["tags"] == ["a", "theirs"]
    assert store.read(ONE)["attributes"] == {"k": "v", "m": "2"}


def test_a_log_of_before_can_still_be_undone(store: MemoryStore) -> None:
    values = {"before": {"tags": ["a"]}, "after": {"tags": ["a", "b"]}}
    store.log_operation(Event("edit", CLOCK.now(), {"run": ONE, **values}))
    store.append(ONE, [Event("edited", CLOCK.now(), values["after"])])
    undo(store, CLOCK, never)
    assert store.read(ONE)["tags"] == ["a"]


def test_an_edit_is_made_of_the_run_as_it_is_and_not_as_it_was_read(store: MemoryStore) -> None:
    read = store.read(ONE)
    change(store, CLOCK, read, {"note": "first"})
    change(store, CLOCK, read, {"note": "second"})
    undo(store, CLOCK, never)
    assert store.read(ONE)["note"] == "first"


def test_an_edit_that_changes_nothing_leaves_no_trace(store: MemoryStore) -> None:
    change(store, CLOCK, store.read(ONE), {"note": "before"})
    edit_tags(store, CLOCK, ONE, parse_tag_edit(["+a", "-b", "c="]))
    assert store.operations() == []
    assert len(store.journals[ONE]) == 1


def test_undo_goes_back_step_by_step_over_edits_and_removals(store: MemoryStore) -> None:
    change(store, CLOCK, store.read(ONE), {"note": "first"})
    remove(store, CLOCK, [ONE, TWO], {})
    assert undo(store, CLOCK, never).data["runs"] == [ONE, TWO]
    change(store, CLOCK, store.read(ONE), {"note": "second"})
    assert undo(store, CLOCK, never).data["after"] == {"note": "second"}
    assert undo(store, CLOCK, never).data["after"] == {"note": "first"}
    assert store.read(ONE)["note"] == "before"
    with pytest.raises(ExpError):
        undo(store, CLOCK, never)


def test_what_was_deleted_for_good_is_passed_over(store: MemoryStore) -> None:
    change(store, CLOCK, store.read(TWO), {"note": "kept"})
    change(store, CLOCK, store.read(ONE), {"note": "gone"})
    remove(store, CLOCK, [ONE], {})
    purge(store, CLOCK, [ONE], {})
    assert undo(store, CLOCK, never).data["run"] == TWO
    with pytest.raises(ExpError):
        undo(store, CLOCK, never)


def test_a_removal_of_several_of_which_one_is_gone_brings_back_the_others(store: MemoryStore) -> None:
    remove(store, CLOCK, [ONE, TWO], {})
    purge(store, CLOCK, [ONE], {})
    undo(store, CLOCK, never)
    assert store.ids() == [TWO]


def test_a_refused_removal_is_not_in_the_log(store: MemoryStore) -> None:
    with pytest.raises(UsageError):
        remove(store, CLOCK, [ONE, run_id_of(9)], {})
    assert (store.operations(), sorted(store.ids())) == ([], sorted([ONE, TWO]))


def test_an_undo_that_was_cut_short_can_be_repeated(store: MemoryStore) -> None:
    remove(store, CLOCK, [ONE, TWO], {})
    store.restore(ONE)
    undo(store, CLOCK, never)
    assert sorted(store.ids()) == sorted([ONE, TWO])


@pytest.mark.parametrize("edit", [remove, purge])
def test_a_run_behind_a_model_stays(store: MemoryStore, edit: Callable[..., None]) -> None:
    with pytest.raises(ExpError) as caught:
        edit(store, CLOCK, [ONE, TWO], {TWO: ["m@v0.0.1"]})
    assert caught.value.what == f"the run {TWO} can't be removed"
    assert "m@v0.0.1" in caught.value.cause
    assert sorted(store.ids()) == sorted([ONE, TWO])
    assert store.operations() == []


def test_an_operation_of_the_registry_is_taken_back_by_others(store: MemoryStore) -> None:
    store.log_operation(Event("promote", CLOCK.now(), {"model": "m", "stage": "prod"}))
    taken: list[Event] = []
    assert undo(store, CLOCK, taken.append).kind == "promote"
    assert [one.data["model"] for one in taken] == ["m"]
    with pytest.raises(ExpError, match="nothing to undo"):
        undo(store, CLOCK, never)


def test_what_could_not_be_taken_back_can_be_tried_again(store: MemoryStore) -> None:
    store.log_operation(Event("demote", CLOCK.now(), {}))

    def fail(_operation: Event) -> None:
        raise ExpError("not now")

    for _ in range(2):
        with pytest.raises(ExpError, match="not now"):
            undo(store, CLOCK, fail)


def test_undo_at_the_same_moment_takes_back_one_edit_each(tmp_path: Path) -> None:
    create_store_dir(str(tmp_path / ".exp"))
    open_store(str(tmp_path / ".exp")).create(document(1, tags=[]))
    for word in "abcdef":
        edit_tags(open_store(str(tmp_path / ".exp")), CLOCK, ONE, parse_tag_edit([f"+{word}"]))
    together = Barrier(4)

    def take_back(_: int) -> str:
        together.wait()
        return str(undo(open_store(str(tmp_path / ".exp")), CLOCK, never).data["after"]["tags"][-1])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take_back, range(4))) == ["c", "d", "e", "f"]
    assert open_store(str(tmp_path / ".exp")).read(ONE)["tags"] == ["a", "b"]
