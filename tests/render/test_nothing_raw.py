"""Whatever text stands in any field of a document, no page lets it obey or hide, and no line is too wide."""

import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.document import RunDocument
from expbench.render.blocks import NARROWEST
from expbench.render.diff import diff_text
from expbench.render.printable import width
from expbench.render.runs import runs_csv, runs_table
from expbench.render.show import show_text
from expbench.render.style import Style
from expbench.render.why import plan_text, why_text
from expbench.services.comparing import ALL_AXES, Sources, compare
from tests.render.documents import NOW, first_run, second_run
from tests.render.explanations import explanation
from tests.render.test_printable import anything, raw

PAINT = re.compile(r"\x1b\[\d+m")
OPEN_KEYS = {"params", "param_sources", "metrics", "attributes", "packages", "hardware", "variables"}


def poisoned(value: Any, texts: Iterator[str], key: str = "") -> Any:
    """The value with every text in it, and every key that a user chooses, replaced by a hostile one."""
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, list):
        return [poisoned(item, texts) for item in value]
    if isinstance(value, dict):
        free = key in OPEN_KEYS
        return {next(texts) if free else name: poisoned(item, texts, name) for name, item in value.items()}
    return value


def hostile(document: RunDocument, texts: list[str]) -> RunDocument:
    """A document that is made of hostile texts."""
    stream = cycle(texts)
    document["verdict"] = {
        "grade": "different",
        "reproduced_by": ["x"],
        "metrics": [{"key": "x", "a": "NaN", "b": 1, "equal": False, "first_difference_step": None}],
        "outputs": [{"path": "x", "a": "x", "b": "x", "equal": False}],
        "inputs": [{"what": "x", "a": "x", "b": None, "equal": False}],
    }
    document["note"], document["cwd"], document["entry"] = "x", "x", "x"
    document["links"]["commits"] = ["x"]
    document["code"]["remote"] = "x"
    return cast(RunDocument, poisoned(document, stream))


def assert_harmless(text: str, style: Style) -> None:
    """Nothing raw but our own colours, and every line within the width."""
    for line in text.split("\n"):
        bare = PAINT.sub("", line) if style.colour else line
        assert raw(bare) == []
        assert width(bare) <= style.width or style.width < NARROWEST


styles = st.builds(
    Style, st.booleans(), st.sampled_from([1, 2, 5, NARROWEST, 12, 20, 43, 45, 80, 132]), st.booleans()
)
texts = st.lists(anything, min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(texts, styles)
def test_show(texts: list[str], style: Style) -> None:
    document = hostile(second_run(), texts)
    assert_harmless(show_text(document, style, now=NOW, sparklines={}), style)


@settings(max_examples=60, deadline=None)
@given(texts, texts, styles, st.booleans())
def test_diff(texts_a: list[str], texts_b: list[str], style: Style, everything: bool) -> None:
    a, b = hostile(first_run(), texts_a), hostile(second_run(), texts_b)
    files: Any = [{"path": text, "status": "R", "from": text, "added": 1, "deleted": 2} for text in texts_a]
    diff = compare(a, b, ALL_AXES, Sources(lambda _a, _b: files, lambda _hash: {}, lambda _key: "max"))
    patch = None if style.width < 80 else "\n".join(texts_a)
    text = diff_text(diff, a, b, style, everything=everything, patch=patch)
    assert_harmless(text, style if patch is None else style._replace(width=1 << 30))


@settings(max_examples=60, deadline=None)
@given(texts, texts, styles)
def test_why(texts_a: list[str], texts_b: list[str], style: Style) -> None:
    a, b = hostile(first_run(), texts_a), hostile(second_run(), texts_b)
    files: Any = [{"path": text, "status": "M", "from": None, "added": 1, "deleted": 2} for text in texts_a]
    found, difference = explanation(a, b, files, metric=texts_a[0], failed=texts_b[0])
    ids: Any = cycle_of(texts_b)
    assert_harmless(why_text(found, difference, style, ids), style)
    assert_harmless(plan_text(found.plan, style, ids), style)


class cycle_of(dict[str, str]):  # noqa: N801  # reads as what it is
    """Any run's id is shown as one of the texts."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = cycle(texts)

    def __missing__(self, _key: str) -> str:
        return next(self._texts)

    def get(self, key: str, _default: Any = None) -> Any:
        return self[key]


@settings(max_examples=60, deadline=None)
@given(texts, styles)
def test_ls(texts: list[str], style: Style) -> None:
    columns = ["id", "name", "status", "created_at", "duration_s", *texts]
    row = poisoned(dict.fromkeys(columns, "x"), cycle(texts))
    assert_harmless(runs_table(columns, [row, {**row, "duration_s": 1.5}], style, NOW), style)
    assert raw(runs_csv(columns, [row]), newlines=True) == []


@pytest.mark.parametrize("columns", range(1, 12))
def test_a_terminal_of_one_column_is_no_reason_to_fail(columns: int) -> None:
    style = Style(True, columns, True)
    a, b = first_run(), second_run()
    diff = compare(a, b, ALL_AXES, Sources(lambda _a, _b: None, lambda _hash: None, lambda _key: None))
    assert_harmless(show_text(b, style, now=NOW), style)
    assert_harmless(diff_text(diff, a, b, style), style)
    assert_harmless(runs_table(["id", "name"], [{"id": "7k3f", "name": "x"}], style, NOW), style)
