"""The end of a series, at a cost that does not grow with it: the last points, and when the last one was written."""

import os
from collections.abc import Iterable

from expbench.adapters.series.inbox import INBOX
from expbench.adapters.series.reader import SeriesFile
from expbench.domain.series import RECORD, Points, decode_points


def last_points(series: SeriesFile, most: int) -> Points:
    """The last `most` points, or all if there are no more. Raises `OSError`."""
    start = max(series.size - most * RECORD.size, 0)
    with open(series.path, "rb") as file:
        file.seek(start)
        return decode_points(file.read(series.size - start))


def last_written(run_dir: str, found: Iterable[SeriesFile]) -> float:
    """When one of these series was last added to, in unix seconds; 0 where nobody knows. Raises `OSError`.

    Of lines in the inbox it is the inbox that tells: the series made of them are as old as the look at them.
    """
    metrics_dir = os.path.join(run_dir, "metrics")
    paths = {
        series.path if os.path.dirname(series.path) == metrics_dir else os.path.join(run_dir, INBOX)
        for series in found
    }
    return max((os.stat(path, follow_symlinks=False).st_mtime for path in paths), default=0.0)
