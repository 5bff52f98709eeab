"""The end of a series, read without its beginning."""

import os
from pathlib import Path

import pytest

from expbench.adapters.series.latest import last_points, last_written
from expbench.adapters.series.reader import SeriesFile, find_series
from expbench.domain.series import RECORD


def series(folder: Path, key: str, count: int) -> SeriesFile:
    (folder / "metrics").mkdir(exist_ok=True)
    path = folder / "metrics" / f"{key}.api.pts"
    path.write_bytes(b"".join(RECORD.pack(step, 100.0 + step, step / 2) for step in range(count)))
    return find_series(str(folder / "metrics"), {})[key]


@pytest.mark.parametrize(("most", "steps"), [(3, [7, 8, 9]), (10, [*range(10)]), (99, [*range(10)])])
def test_the_last_points_in_order(tmp_path: Path, most: int, steps: list[int]) -> None:
    assert list(last_points(series(tmp_path, "loss", 10), most).steps) == steps


def test_a_point_that_is_being_written_is_passed_over(tmp_path: Path) -> None:
    found = series(tmp_path, "loss", 10)
    with open(found.path, "ab") as file:
        file.write(b"torn")
    assert list(last_points(found, 2).values) == [4.0, 4.5]


def test_the_youngest_file_tells_when_a_point_was_last_written(tmp_path: Path) -> None:
    one, two = series(tmp_path, "loss", 1), series(tmp_path, "acc", 1)
    os.utime(one.path, (1000, 1000))
    os.utime(two.path, (2000, 2000))
    assert last_written(str(tmp_path), [one, two]) == 2000.0
    assert last_written(str(tmp_path), [one]) == 1000.0
    assert last_written(str(tmp_path), []) == 0.0


def test_of_lines_the_inbox_tells(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    made = series(tmp_path / "cache", "loss", 1)
    inbox = tmp_path / "metrics.jsonl"
    inbox.write_text('{"loss": 1}\n')
    os.utime(inbox, (500, 500))
    assert last_written(str(tmp_path), [made]) == 500.0
