"""Are the series of a run that has ended still what its summaries say? Sizes only; no point is read."""

import os
from collections.abc import Mapping

from expbench.adapters.series.names import SOURCES, file_name
from expbench.domain.artifacts import Fault, series_fault
from expbench.domain.document import Summary
from expbench.domain.series import RECORD


def verify_series(metrics_dir: str, summaries: Mapping[str, Summary]) -> list[Fault]:
    """The series that are missing, torn, or hold other points than the run ended with; by their file.

    What a metrics file told (`file:PATH`) need not have a series, one value each; one that is there is checked.
    """
    sizes = _sizes(metrics_dir)
    told = {file_name(key, summary["source"].partition(":")[0]): summary for key, summary in summaries.items()}
    needed = {name for name, summary in told.items() if summary["source"] in SOURCES}
    faults = []
    for name in sorted({*sizes, *needed}):
        why = series_fault(told.get(name), sizes[name], RECORD.size) if name in sizes else "it is missing"
        if why is not None:
            faults.append(Fault(f"{os.path.basename(metrics_dir)}/{name}", why))
    return faults


def _sizes(metrics_dir: str) -> dict[str, int]:
    """The bytes of each series' file; whatever else lies there is not looked at."""
    try:
        with os.scandir(metrics_dir) as entries:
            return {
                entry.name: entry.stat(follow_symlinks=False).st_size
                for entry in entries
                if entry.name.endswith(".pts") and entry.is_file(follow_symlinks=False)
            }
    except (FileNotFoundError, NotADirectoryError):
        return {}
