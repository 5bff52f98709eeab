"""All that a run wrote with other tools, as series to be logged under the names of where they come from."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from expbench.adapters.foreign import dvclive, tensorboard
from expbench.adapters.foreign.looking import SUMMARY, ForeignWatch, written
from expbench.adapters.foreign.records import Columns, Series
from expbench.domain.metrics import flatten_metrics

FILE: Final = "file"

# Logs one point: key, value, step, unix time in seconds.
Append = Callable[[str, float, int | None, float | None], object]


class Collected(NamedTuple):
    """Series by DVCLive, TensorBoard and metrics files, and what must be said about them."""

    series: list[Series]
    warnings: list[str]


def collect(root: str, watch: ForeignWatch, documents: Mapping[str, Mapping[Any, Any]]) -> Collected:
    """What the run wrote since `looking.before`. `documents` are the parsed metrics files that it wrote, by path."""
    found = written(root, watch)
    warnings: list[str] = []
    series = dvclive.gather(root, found.dvclive, warnings).series()
    series += tensorboard.gather(root, found.events, warnings).series()
    # DVCLive's own summary is already in its series.
    own = {os.path.normpath(os.path.join(folder, SUMMARY)) for folder in found.dvclive}
    plain = {path: document for path, document in documents.items() if os.path.normpath(path) not in own}
    return Collected([*series, *_of_files(root, plain)], warnings)


def log_series(series: Series, append: Append) -> None:
    """Log all points of a series. Raises `OSError` when they can't be written."""
    for step, at, value in series.columns.points():
        append(series.key, value, step, at)


def source_of(series: Series) -> str:
    """The source as the run's document tells it: that of a metrics file names the file."""
    return f"{FILE}:{series.path}" if series.source == FILE else series.source


def _of_files(root: str, documents: Mapping[str, Mapping[Any, Any]]) -> list[Series]:
    """One point a number; of a key that an earlier file has too the file's path goes before it."""
    series: dict[str, Series] = {}
    for path, document in documents.items():
        at = _written_at(os.path.join(root, path))
        for key, value in flatten_metrics(document).items():
            name = key if key not in series else f"{path}:{key}"
            columns = Columns()
            columns.add(0, at, float(value))
            series[name] = Series(name, FILE, path, columns)
    return list(series.values())


def _written_at(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
