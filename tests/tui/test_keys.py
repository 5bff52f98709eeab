"""The one table of keys: whole, without clashes, remappable, and nothing that a terminal or multiplexer takes."""

from importlib import import_module

import pytest

from expbench.errors import UsageError
from expbench.render.printable import width
from expbench.tui.acts import Acts
from expbench.tui.app import ExpApp
from expbench.tui.keys import KEYS, Key, Keymap, keymap, shown
from expbench.tui.screens import SCREENS
from expbench.tui.views.help import LABEL, palette_lines
from expbench.tui.views.lines import text_of

TAKEN = {"ctrl+b", "ctrl+a", "ctrl+s", "ctrl+q"}


def test_ids_are_unique_and_words() -> None:
    ids = [key.id for key in KEYS]
    assert len(set(ids)) == len(ids)
    assert all(name.replace("-", "").isalpha() and name.islower() for name in ids)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_the_help_shows_all_of_it_in_80_columns(key: Key) -> None:
    """Two borders and a scroll bar are left out."""
    spans = palette_lines([key])[0]
    assert width(text_of(spans)) <= 77
    assert len(key.label) <= LABEL


def test_no_action_is_only_on_keys_that_others_take() -> None:
    for key in KEYS:
        free = [name for name in key.keys if name not in TAKEN and not name.startswith("alt+")]
        assert [name for name in free if not (name[0] == "f" and name[1:].isdigit())], key.id


def test_every_key_has_a_method_on_each_of_its_screens() -> None:
    names = {place.name for place in SCREENS}
    for place in SCREENS:
        screen = getattr(import_module(place.module), place.kind)
        for key in keymap({}).on(place.name):
            if place.name in key.screens:
                assert hasattr(screen, f"act_{key.action}"), f"{key.id} on {place.name}"
    for key in KEYS:
        assert set(key.screens) <= names, f"{key.id} is on a screen that isn't there"
        if not key.screens and key.group != "Move":
            here = any(hasattr(kind, f"act_{key.action}") for kind in (ExpApp, Acts))
            assert here or all(
                hasattr(getattr(import_module(place.module), place.kind), f"act_{key.action}") for place in SCREENS
            ), key.id


def test_every_screen_of_the_table_has_a_key() -> None:
    for place in SCREENS:
        assert [key for key in KEYS if place.number in key.keys and key.group == "Screens"], place.name


def test_the_table_as_it_is_has_no_clash() -> None:
    assert keymap({}).keys == KEYS


def test_a_key_can_be_changed_by_id() -> None:
    changed = keymap({"help": ["H", "f1"]})
    found = changed.find("runs", ("H",))
    assert found is not None
    assert found.id == "help"
    assert changed.find("runs", ("?", "question_mark")) is None


def test_an_empty_list_takes_an_action_off_the_keyboard() -> None:
    assert keymap({"help": []}).find("runs", ("?",)) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hlep": "H"}, "has no action 'hlep'"),
        ({"help": 3}, "is no key"),
        ({"help": [""]}, "is no key"),
        ({"help": "q"}, "one key two actions"),
    ],
)
def test_changes_that_can_not_be_are_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        keymap(changes)
    assert words in caught.value.what


def test_a_screens_own_key_wins_over_the_one_for_all() -> None:
    table = Keymap((Key("a", ("x",), "a", "a", "Look"), Key("b", ("x",), "b", "b", "Look", ("runs",))))
    found = table.find("runs", ("x",))
    assert found is not None
    assert found.id == "b"


def test_keys_are_shown_as_people_write_them() -> None:
    assert [shown(name) for name in ("ctrl+d", "escape", "S", "pagedown")] == ["^d", "Esc", "S", "PgDn"]
