"""Rows of the benchmark's table, as text and as Markdown."""

from bench.report import gain_row, heading, limit_row, line, markdown, ratio_row, skipped_row

SLOW = ratio_row("exp ls", "python -c pass", 120.0, 10.0, at_most=10)
NOTED = gain_row("log_metric", "mlflow", 6.0, 600.0, at_least=10, unit="us")._replace(note="kill -9 loses 0.0 %")


def test_a_missed_target_is_said() -> None:
    assert line(SLOW).split()[-6:] == ["10.0", "ms", "12.0x", "<=", "10", "MISSED"]


def test_columns_stand_below_the_heading() -> None:
    assert line(SLOW).index("python -c pass") == heading().index("beside")
    assert line(SLOW).index("12.0x") + len("12.0x") == heading().index("ratio") + len("ratio")


def test_a_note_comes_last_and_without_one_no_blanks_do() -> None:
    assert line(NOTED).endswith("met     kill -9 loses 0.0 %")
    assert line(limit_row("memory", 3.0, 4.0, "MB")).endswith(" met")


def test_markdown_has_ratios_and_limits_but_no_times() -> None:
    assert markdown(SLOW) == "| exp ls | python -c pass | 12.0 | <= 10 | **missed** |  |\n"
    assert markdown(NOTED) == "| log_metric | mlflow | 100.0 | >= 10 | met | kill -9 loses 0.0 % |\n"
    assert markdown(limit_row("memory", 3.0, 4.0, "MB")) == "| memory |  | 3.0 MB | <= 4 MB | met |  |\n"


def test_a_small_ratio_keeps_its_digits() -> None:
    assert "| 0.034 |" in markdown(ratio_row("import expbench", "import json", 0.34, 10.0, at_most=3))


def test_a_skipped_row_gives_its_reason() -> None:
    assert markdown(skipped_row("aim", "not installed")) == "| aim | skipped: not installed |  |  |  |  |\n"
