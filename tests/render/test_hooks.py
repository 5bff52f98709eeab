"""The state of the hooks as text."""

import pytest

from expbench.render.hooks import hooks_text
from expbench.render.style import PLAIN, Style
from tests.render.test_nothing_raw import assert_harmless

WORDS = {
    "installed": "installed",
    "outdated": "of another version: exp hooks install",
    "absent": "not installed",
    "foreign": "another one, without ours",
}
WARNING = "their common part is missing or of another version: exp hooks install"


@pytest.mark.parametrize("state", WORDS)
def test_each_state_in_words(state: str) -> None:
    assert hooks_text([("post-commit", state, False)], "/r/.git/hooks", True, PLAIN).split("\n") == [
        f"post-commit  {WORDS[state]}",
        "in /r/.git/hooks",
    ]


def test_a_hook_that_was_there_is_said_to_run_first() -> None:
    text = hooks_text([("pre-push", "installed", True), ("post-merge", "absent", False)], "h", True, PLAIN)
    assert text.split("\n")[:2] == [
        "pre-push    installed      after the one that was there",
        "post-merge  not installed",
    ]


@pytest.mark.parametrize(
    ("core", "states", "warned"),
    [
        (False, ["installed", "absent"], True),
        (False, ["outdated"], True),
        (False, ["foreign"], True),
        (False, ["absent", "absent"], False),
        (True, ["installed"], False),
    ],
)
def test_a_missing_common_part_is_said_only_where_a_hook_needs_it(
    core: bool, states: list[str], warned: bool
) -> None:
    text = hooks_text([("pre-push", state, False) for state in states], "h", core, PLAIN)
    assert (WARNING in text) is warned


def test_the_folder_is_data() -> None:
    style = Style(False, 200, True)
    assert_harmless(hooks_text([("pre-push", "installed", False)], "/a\x1b]0;x\x07\u202e\n/b", True, style), style)
