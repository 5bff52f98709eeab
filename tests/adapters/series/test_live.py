"""Series and summaries of a run that goes on, at the cost of what is new."""

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from expbench.adapters.series import live, reader
from expbench.adapters.series.inbox import INBOX, make
from expbench.adapters.series.live import SUMMARIES, forget, live_series, live_summaries
from expbench.adapters.series.names import file_name
from expbench.adapters.series.reader import SeriesFile
from expbench.adapters.series.writer import SeriesWriter
from expbench.domain.document import Summary
from expbench.domain.series import RECORD, Points

RUN_ID = "aaaabbbbcccc"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / RUN_ID
    folder.mkdir(parents=True)
    return folder


def cache(run: Path) -> Path:
    return run.parent.parent / "cache"


def summaries(run: Path) -> dict[str, Summary]:
    found = live_series(str(run), str(cache(run)), dict)
    return live_summaries(found.values(), str(run), str(cache(run)))


def write_points(run: Path, key: str, values: range) -> None:
    (run / "metrics").mkdir(exist_ok=True)
    with (run / "metrics" / file_name(key, "api")).open("ab") as file:
        file.write(b"".join(RECORD.pack(value, 0.0, float(value)) for value in values))


def test_a_run_without_series(run: Path) -> None:
    assert summaries(run) == {}


def test_points_are_read_once(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_points(run, "loss", range(100_000))
    first = summaries(run)["loss"]
    assert (first["count"], first["max"], first["last_step"]) == (100_000, 99_999.0, 99_999)
    read: list[int] = []
    blocks = reader.blocks

    def counted(series: SeriesFile, start: int = 0) -> Iterator[Points]:
        read.append(series.size - start)
        return blocks(series, start)

    monkeypatch.setattr(reader, "blocks", counted)
    assert summaries(run)["loss"] == first
    write_points(run, "loss", range(100_000, 100_010))
    later = summaries(run)["loss"]
    assert (later["count"], later["last"], later["first_step"]) == (100_010, 100_009.0, 0)
    assert sum(read) == 240


@pytest.mark.parametrize("damage", [b"", b"garbage", b"00000000 {}", b'{"loss": [1, 2]}'])
def test_a_damaged_cache_costs_reading_again(run: Path, damage: bytes) -> None:
    write_points(run, "loss", range(10_000))
    truth = summaries(run)
    file = cache(run) / SUMMARIES / RUN_ID
    assert file.exists()
    file.write_bytes(damage)
    assert summaries(run) == truth
    flipped = bytearray(file.read_bytes())
    flipped[len(flipped) // 2] ^= 1
    file.write_bytes(flipped)
    assert summaries(run) == truth


def test_the_cache_may_be_deleted_or_impossible(run: Path) -> None:
    write_points(run, "loss", range(10_000))
    (run / INBOX).write_bytes(b'{"acc": 1}\n')
    truth = summaries(run)
    assert set(truth) == {"acc", "loss"}
    forget(str(run), str(cache(run)))
    assert not (cache(run) / SUMMARIES / RUN_ID).exists()
    assert not (cache(run) / live.LINES / RUN_ID).exists()
    assert summaries(run) == truth
    forget(str(run), str(cache(run)))
    (cache(run) / SUMMARIES).rmdir()
    (cache(run) / live.LINES).rmdir()
    cache(run).rmdir()
    cache(run).write_text("no folder")
    assert summaries(run)["loss"] == truth["loss"]


def test_few_points_are_not_worth_a_cache(run: Path) -> None:
    write_points(run, "loss", range(10))
    summaries(run)
    assert not cache(run).exists()


def test_old_caches_are_swept(run: Path) -> None:
    old = cache(run) / SUMMARIES / "zzzzzzzzzzzz"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    os.utime(old, (0, 0))
    write_points(run, "loss", range(10_000))
    summaries(run)
    assert not old.exists()


def test_lines_are_seen_at_once_and_go_behind_what_the_program_says_itself(run: Path) -> None:
    (run / INBOX).write_bytes(b'{"loss": 1, "acc": 5}\n{"loss": 2}\n')
    assert summaries(run)["loss"]["count"] == 2
    assert summaries(run)["loss"]["source"] == "cli"
    SeriesWriter(str(run / "metrics"), "api").append("loss", 7)
    assert summaries(run)["loss"]["source"] == "api"
    assert summaries(run)["acc"]["last"] == 5.0
    with (run / INBOX).open("ab") as file:
        file.write(b'{"acc": 6}\n')
    assert summaries(run)["acc"]["last"] == 6.0


def test_once_the_lines_are_series_of_the_run_no_copy_is_made(run: Path) -> None:
    (run / INBOX).write_bytes(b'{"loss": 1}\n')
    make(str(run), str(run / "metrics"), is_over=True)
    assert summaries(run)["loss"]["count"] == 1
    assert not cache(run).exists()


def test_a_series_that_became_shorter_is_read_anew(run: Path) -> None:
    write_points(run, "loss", range(10_000))
    summaries(run)
    (run / "metrics" / file_name("loss", "api")).unlink()
    write_points(run, "loss", range(3))
    assert summaries(run)["loss"]["count"] == 3


def test_nan_and_infinities_survive_the_cache(run: Path) -> None:
    (run / "metrics").mkdir()
    values = [math.nan, math.inf, 1.0] * 5000
    with (run / "metrics" / file_name("loss", "api")).open("wb") as file:
        file.write(b"".join(RECORD.pack(0, 0.0, value) for value in values))
    first = summaries(run)
    assert (first["loss"]["max"], first["loss"]["min"]) == ("Infinity", 1.0)
    assert summaries(run) == first
    json.dumps(first, allow_nan=False)
