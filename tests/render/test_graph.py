"""The graph as text: git's lines stay whole, nothing raw comes through, nothing is too wide."""

from typing import Any

import pytest

from expbench.render.graph import commit_lines
from expbench.render.printable import width
from expbench.render.style import PLAIN, Style
from expbench.services.graphing import CommitRuns

HOSTILE = "\x1b[2J\u202eevil\n"


def commit(*runs: Any, subject: str = "subject") -> CommitRuns:
    return {
        "commit": "a" * 40, "tree": "b" * 40, "parents": [], "at": "2026-01-01T00:00:00Z", "names": ["HEAD -> main"],
        "subject": subject, "runs": list(runs),
    }  # fmt: skip


def run(number: int, **more: Any) -> Any:
    metric = {"key": "acc", "value": 0.5}
    return {
        "id": f"{number:012}", "name": f"run{number}", "status": "finished", "relation": "exact", "metric": metric,
        "best": False, **more,
    }  # fmt: skip


def test_runs_stand_below_their_commit_with_what_is_to_be_said() -> None:
    runs = [
        run(1, best=True),
        run(2, relation="dirty"),
        run(3, status="failed", metric=None),
        run(4, relation="rewritten"),
    ]
    assert commit_lines("* ", ["| ", "| ", "| "], commit(*runs), {f"{1:012}": "0001"}, PLAIN) == [
        "* aaaaaaa (HEAD -> main) subject",
        "|   ★ 0001 run1  acc 0.5  best",
        "|   ✓ 000000000002 run2  acc 0.5  dirty",
        "|   ✗ 000000000003 run3  failed",
        "|   ✓ 000000000004 run4  acc 0.5  rewritten",
    ]


def test_lines_that_turn_are_drawn_with_and_without_runs() -> None:
    below = ["|\\  ", "| | ", "| | "]
    assert commit_lines("*   ", below, commit(), {}, PLAIN) == ["*   aaaaaaa (HEAD -> main) subject", "|\\"]
    drawn = commit_lines("*   ", below, commit(*(run(number) for number in range(9))), {}, PLAIN)
    assert [line[:4] for line in drawn[1:]] == ["|\\  ", "| | ", "| | ", "| | ", "| | ", "| | "]
    assert drawn[-1] == "| |     and 4 more"


@pytest.mark.parametrize("columns", [1, 8, 20, 40, 80])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_too_wide_and_nothing_raw_comes_through(columns: int, unicode: bool) -> None:
    hostile = run(1, name=HOSTILE, metric={"key": HOSTILE, "value": 1.0}, status=HOSTILE, best=True)
    lines = commit_lines("* ", ["| "], commit(hostile, subject=HOSTILE * 20), {}, Style(False, columns, unicode))
    assert all(width(line) <= columns for line in lines)
    assert all(line.isprintable() for line in lines)
