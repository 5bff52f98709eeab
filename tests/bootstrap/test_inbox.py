"""The end of a `metrics.jsonl`: every line that can be understood is a point, and of the others there is a word."""

import json
from pathlib import Path

import pytest

from expbench.bootstrap.inbox import settle_inbox
from expbench.bootstrap.workplace import Workplace
from expbench.domain.series import RECORD
from tests.bootstrap.recorded import RUN

LONG = "val/a-very-long-metric-" * 20


def inbox(place: Workplace) -> Path:
    return Path(place.store.run_dir(RUN)) / "metrics.jsonl"


def settled(place: Workplace, *lines: str, end: str = "\n") -> list[str]:
    inbox(place).write_text("\n".join(lines) + end)
    return settle_inbox(place, RUN)


def counts(place: Workplace) -> dict[str, int]:
    return {key: series.size // RECORD.size for key, series in place.series(RUN).items()}


def test_lines_become_series_and_the_last_one_needs_no_newline(place: Workplace) -> None:
    assert settled(place, '{"loss": 2, "step": 1}', "", '{"val": {"acc": 0.5}}', '{"loss": 1}', end="") == []
    assert counts(place) == {"loss": 2, "val.acc": 1}
    assert {series.source for series in place.series(RUN).values()} == {"cli"}


def test_a_second_end_adds_nothing(place: Workplace) -> None:
    settled(place, '{"loss": 2}', '{"loss": 1}')
    assert settle_inbox(place, RUN) == []
    assert counts(place) == {"loss": 2}


def test_the_journal_tells_a_key_that_is_too_long_for_a_file(place: Workplace) -> None:
    assert settled(place, json.dumps({LONG: 1.0})) == []
    assert counts(place) == {LONG: 1}


@pytest.mark.parametrize(
    ("bad", "why"),
    [("{", "it is no JSON"), ("[1]", "it is no JSON object"), ("[" * 9000, "it is no JSON"), ('{"a": null}', "'a'")],
)
def test_a_line_that_says_nothing_is_told_and_harms_no_other(place: Workplace, bad: str, why: str) -> None:
    (warning,) = settled(place, '{"loss": 2}', bad, '{"loss": 1}')
    assert warning.startswith("1 line of metrics.jsonl was not recorded: ")
    assert why in warning
    assert counts(place) == {"loss": 2}


def test_of_many_bad_lines_the_first_few_are_told(place: Workplace) -> None:
    (warning,) = settled(place, *["nonsense"] * 10)
    assert warning.startswith("10 lines of metrics.jsonl were not recorded: ")
    assert warning.endswith(" and 7 more")


def test_of_an_empty_inbox_there_is_nothing_to_say(place: Workplace) -> None:
    inbox(place).touch()
    assert settle_inbox(place, RUN) == []


def test_what_is_no_regular_file_is_not_read(place: Workplace, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('{"loss": 1}\n')
    odd = ["metrics.jsonl is no regular file, so nothing was read from it"]
    inbox(place).symlink_to(tmp_path / "secret")
    assert settle_inbox(place, RUN) == odd
    inbox(place).unlink()
    inbox(place).mkdir()
    assert settle_inbox(place, RUN) == odd
    assert counts(place) == {}


def test_where_series_can_not_be_written_it_says_so(place: Workplace) -> None:
    (Path(place.store.run_dir(RUN)) / "metrics").touch()
    assert settled(place, '{"loss": 1}') == ["the points in metrics.jsonl could not be recorded: File exists"]
