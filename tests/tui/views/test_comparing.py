"""Runs beside each other on any width: the baseline stays, the chosen run is in sight, nothing raw gets out."""

import re
from copy import deepcopy

import pytest

from expbench.domain.document import RunDocument
from expbench.domain.lineup import lineup
from expbench.render.printable import width
from expbench.render.style import PLAIN
from expbench.services.comparing import ALL_AXES, Sources, compare_all
from expbench.tui.views.comparing import (
    Compared,
    FactLines,
    Table,
    command,
    header,
    runs_to_compare,
    summary_line,
    table,
    too_few_lines,
)
from expbench.tui.views.lines import joined, text_of
from tests.render.documents import first_run, summary

SOURCES = Sources(lambda _a, _b: None, lambda _digest: None, lambda key: "max" if key == "acc" else "min")
STYLE = PLAIN._replace(width=80)


def variant(number: int, **params: str | float) -> RunDocument:
    run = deepcopy(first_run())
    run["id"], run["name"] = f"{number:x}aaa00000000", f"run-{number}"
    run["params"] |= params
    run["metrics"]["acc"]["last"] = 0.5 + number / 100
    return run


def compared(*runs: RunDocument) -> Compared:
    return Compared(runs, lineup(runs, compare_all(runs, ALL_AXES, SOURCES)))


def shown(found: Compared, chosen: int = 1, *, cells: int = 80, everything: bool = False, first: int = 1) -> Table:
    return table(found, PLAIN._replace(width=cells), chosen, first, everything=everything)


def head(found: Table) -> str:
    return text_of(header(found, [run["id"] for run in found.compared.runs]))


def test_the_baseline_comes_first_then_marks_then_the_cursor() -> None:
    assert runs_to_compare("b", ["m", "b"], "c") == ["b", "m"]
    assert runs_to_compare("b", [], "c") == ["b", "c"]
    assert runs_to_compare(None, ["m"], "c") == ["m", "c"]
    assert runs_to_compare(None, ["m"], "m") == ["m"]
    assert runs_to_compare(None, [], None) == []
    assert len(runs_to_compare(None, [str(n) for n in range(999)], None)) == 50


def test_differences_are_rows_and_runs_are_columns() -> None:
    found = shown(compared(variant(0), variant(1, lr=0.5)))
    assert head(found).split() == ["◎", "0aaa", "run-0", "1aaa", "run-1"]
    assert [line.split() for line in joined(FactLines(found)).splitlines()] == [
        ["params", "lr", "0.1", "0.5"],
        ["metrics", "acc", "0.5", "0.51", "+0.01▲", "better"],
    ]


def test_everything_has_rows_that_are_equal_too() -> None:
    found = compared(variant(0), variant(1))
    assert len(FactLines(shown(found, everything=True))) == len(found.facts) > len(FactLines(shown(found)))


def test_better_and_worse_have_colours_and_words() -> None:
    rows = FactLines(shown(compared(variant(5), variant(1), variant(9))))
    looks = [(span.text.strip(), span.look) for line in rows for span in line if "▲" in span.text or "▼" in span.text]
    assert looks == [("0.51 -0.04▼ worse", "bad"), ("0.59 +0.04▲ better", "good")]


@pytest.mark.parametrize("cells", [80, 50, 30])
def test_the_chosen_run_is_in_sight_and_the_baseline_stays(cells: int) -> None:
    found = compared(*(variant(number) for number in range(9)))
    first = 1
    for chosen in [*range(9), *range(8, -1, -1)]:
        now = shown(found, chosen, cells=cells, first=first)
        first = now.first
        visible = text_of(header(now, ["x"]))[:cells]
        assert "run-0" in visible or "◎ 0" in visible
        if cells >= 50:
            assert f"{chosen}aaa" in visible


def test_a_choice_beyond_the_ends_is_at_the_ends() -> None:
    found = compared(variant(0), variant(1))
    assert shown(found, 99).chosen == 1
    assert shown(found, -5).chosen == 0
    assert [span.look for span in header(shown(found, 1), ["x"]) if "run-1" in span.text] == ["chosen"]


def test_a_sentence_says_what_differs_and_what_is_hidden() -> None:
    one, other = variant(0), variant(1)
    other["metrics"]["system/cpu"] = summary(1.0, 0.0, 2.0)
    text = text_of(summary_line(compared(one, other), everything=False))
    assert text.startswith("differ in metrics; same code")
    assert text.endswith("1 system metric differ too; a shows them")
    assert "system" not in text_of(summary_line(compared(one, other), everything=True))


def test_what_to_do_and_what_to_type() -> None:
    assert "two runs" in joined(too_few_lines(0))
    assert "another run" in joined(too_few_lines(1))
    assert command(["7k3f", "9abc"], everything=True) == "exp diff 7k3f 9abc --all"


def test_hostile_and_huge_texts_are_cut_and_printable() -> None:
    hostile = "\x1b]52;c;aGk=\x07[@click=app.quit]\u202e漢字\n" * 20_000
    run = variant(1)
    run["name"], run["params"]["k" + hostile], run["command"] = hostile, hostile, [hostile]
    found = compared(variant(0), run)
    for cells in (1, 7, 40, 120):
        now = shown(found, cells=cells, everything=True)
        for line in [header(now, ["x"]), *FactLines(now)]:
            text = text_of(line)
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", text)
            assert width(text) < 200
