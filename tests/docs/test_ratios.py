"""The README's numbers come from the benchmark's own lines."""

import pytest

from bench.report import gain_row, heading, limit_row, line, ratio_row, skipped_row
from tests.docs.pages import README
from tests.docs.ratios import END, START, filled, table

PRINTED = "\n".join(
    [
        "CPU of whole processes",
        heading(),
        line(ratio_row("exp ls, 10,000 runs", "python -c pass", 84.3, 11.5, at_most=10)),
        line(gain_row("exp run -- true, one folder", "dvc exp run", 233.7, 1890.9, at_least=10)),
        line(ratio_row("log_metric in a run", "os.write of JSON lines", 6.0, 4.0, at_most=4, unit="us")),
        line(limit_row("memory of exp run", 25.9, 40, "MB")),
        line(ratio_row("bytes that it reads", "an empty store", 3.4, 3.4, at_most=1.3, unit="MB")),
        line(skipped_row("storing", "no disk")),
    ]
)


def test_ratios_become_rows_and_all_else_is_left_out() -> None:
    rows = table(PRINTED).splitlines()[4:]
    assert rows == [
        "| `exp ls`, 10,000 runs | 7.3 times python -c pass |",
        "| `exp run -- true`, one folder | 1 / 8.1 of dvc exp run |",
        "| `log_metric in a run` | 1.5 times os.write of JSON lines |",
    ]


def test_the_table_goes_between_the_marks() -> None:
    page = filled(f"a\n{START}old\n{END}\nb\n", PRINTED)
    assert page == f"a\n{START}{table(PRINTED)}{END}\nb\n"


def test_what_is_no_benchmark_is_refused() -> None:
    with pytest.raises(AssertionError, match="no output"):
        table("nothing")


def test_the_readme_has_its_marks() -> None:
    filled(README.read_text(encoding="utf-8"), PRINTED)
