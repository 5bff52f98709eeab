"""Pages of the registry: what weakens a proof is said, and nothing from data obeys."""

from itertools import cycle
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.registry.fold import fold
from expbench.render.models import history_table, models_table, version_text, who
from expbench.render.style import PLAIN, Style
from expbench.services.modelling import VersionDocument, list_models, model_history, show_version
from tests.domain.registry.records import bare, record, tag
from tests.render.documents import NOW
from tests.render.test_nothing_raw import assert_harmless, poisoned
from tests.render.test_printable import anything

GATES = [{"rule": "acc > 0.8", "value": {"acc": 0.9}, "holds": True}, {"rule": "note", "value": "", "holds": False}]
REGISTRY = fold(
    [
        tag("m@v0.0.1", 100, "1", run="run1"),
        tag("m#prod#1", 102, "1", version="v0.0.1", run="run1", note="it had to be", forced=True, gates=GATES),
        tag("m#blue#2", 103, "1", version="v0.0.1", run="run1"),
        bare("other@v1.0.0", 90, "5"),
        bare("other#prod#1", 91, "7"),
    ]
)


def test_the_list_has_one_line_a_version() -> None:
    lines = models_table(list_models(REGISTRY), None, PLAIN, NOW).splitlines()
    assert lines[0].split() == ["model", "version", "stage", "remarks", "acc", "run", "when", "by"]
    assert lines[1].startswith("m      v0.0.1      blue, prod  forced   0.9  run1")
    assert [line.split()[1] for line in lines[2:]] == ["v1.0.0", "0000000000"]
    assert all("foreign" in line.split() for line in lines[2:])
    assert len(lines) == 4


def test_what_weakens_a_proof_is_said_on_a_narrow_screen_too() -> None:
    narrow = Style(colour=False, width=44, unicode=True)
    assert "forced" in models_table(list_models(REGISTRY), None, narrow, NOW)
    whole = fold([tag("m@v0.0.1", 1)])
    assert "remarks" not in models_table(list_models(whole), None, PLAIN, NOW)


def test_a_metric_that_no_version_has_is_a_dash() -> None:
    text = models_table(list_models(REGISTRY), "loss", PLAIN, NOW)
    assert "loss" in text.splitlines()[0]
    assert "0.9" not in text


def test_the_history_tells_who_what_and_why() -> None:
    text = history_table(model_history(REGISTRY, "m"), PLAIN, NOW)
    assert "promoted to prod, forced" in text
    assert "it had to be" in text
    assert "registered" in text


def test_the_page_of_a_promotion_shows_its_gates_for_ever() -> None:
    text = version_text(show_version(REGISTRY, "m", None, "prod"), PLAIN, NOW)
    for part in ("m@v0.0.1", "holds blue and prod", "forced", "it had to be", "acc > 0.8", "acc = 0.9", "model.pkl"):
        assert part in text
    assert "✗  note" in text


def test_who_is_a_name_or_else_a_mail() -> None:
    assert (who("Ada Lovelace <a@b>"), who("<a@b>"), who("")) == ("Ada Lovelace", "a@b", "-")


@pytest.mark.parametrize("width", [12, 40, 80])
@settings(max_examples=40, deadline=None)
@given(st.lists(anything, min_size=1, max_size=6))
def test_nothing_raw_reaches_the_terminal(width: int, texts: list[str]) -> None:
    style = Style(colour=True, width=width, unicode=True)
    stream = cycle(texts)
    document = show_version(REGISTRY, "m", None, "prod")
    hostile: dict[str, Any] = poisoned({**document, "event": None, "proof": None}, stream)
    history = [{**document, **event, "event": "promote", "proof": "proven"} for event in hostile["history"]]
    whole = cast(
        VersionDocument,
        {
            **hostile,
            "event": "demote",
            "proof": "unproven",
            "history": history,
            "metrics": {texts[0]: record()["metrics"]["acc"]},
        },
    )
    assert_harmless(version_text(whole, style, NOW), style)
    assert_harmless(models_table([whole], texts[0], style, NOW), style)
    assert_harmless(history_table([whole], style, NOW), style)
