"""Runs with real series in a real store, for tests of the commands that draw and print them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from expbench.adapters.series.names import file_name
from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from expbench.domain.document import Summary
from expbench.domain.events import Event
from expbench.domain.fold import blank
from expbench.domain.series import RECORD

START = 1_772_355_598.0  # 2026-03-01 08:59:58 UTC


def summary(values: Sequence[float]) -> Summary:
    return {
        "last": 0.0, "min": 0.0, "max": 0.0,
        "first_step": 0, "last_step": max(len(values) - 1, 0), "count": len(values), "source": "api",
    }  # fmt: skip


def store_at(root: Path) -> FileStore:
    create_store_dir(str(root / ".exp"))
    return open_store(str(root / ".exp"))


def add_run(
    store: FileStore, run_id: str, name: str, series: Mapping[str, Sequence[float]], hour: int = 9, **metrics: Summary
) -> None:
    """A finished run whose points came a second apart."""
    document = blank(run_id, name, f"2026-03-01T{hour:02}:59:58.000000Z")
    document["status"], document["started_at"] = "finished", "2026-03-01T08:59:58.000000Z"
    document["metrics"] = {**{key: summary(values) for key, values in series.items()}, **metrics}
    store.create(document)
    writer = SeriesWriter(str(Path(store.run_dir(run_id)) / "metrics"), "api")
    for key, values in series.items():
        for step, value in enumerate(values):
            writer.append(key, value, step, START + step)
    writer.close()


def add_long_series(store: FileStore, run_id: str, key: str, count: int) -> None:
    """A series of so many points, written at once."""
    folder = Path(store.run_dir(run_id)) / "metrics"
    folder.mkdir(exist_ok=True)
    with (folder / file_name(key, "api")).open("wb") as file:
        for start in range(0, count, 10_000):
            steps = range(start, min(start + 10_000, count))
            file.write(b"".join(RECORD.pack(step, START + step, float(step % 97)) for step in steps))


def name_long_key(store: FileStore, run_id: str, stem: str, key: str) -> None:
    store.append(run_id, [Event("series", "2026-03-01T09:59:59.000000Z", {"stem": stem, "key": key})])
