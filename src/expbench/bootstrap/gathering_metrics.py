"""All metrics of a run at its end: what it logged, printed, and wrote with other tools, as series and summaries."""

import os

from expbench.adapters.foreign.collecting import FILE, Collected, log_series, source_of
from expbench.adapters.foreign.records import Series
from expbench.adapters.series.names import file_name
from expbench.adapters.series.reader import SeriesFile, blocks, summaries
from expbench.adapters.series.tsv import write_tsv
from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.keys import tell_long_key
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Summary
from expbench.domain.series import PRINTED, RECORD, is_rounded
from expbench.services.recording import FoundMetrics


def gather_metrics(place: Workplace, run_id: str, found: Collected) -> FoundMetrics:
    """Bring in what other tools wrote, then summarise all series and write them as DVCLive's TSV."""
    run_dir = place.store.run_dir(run_id)
    _log(place, run_id, found)
    series = place.series(run_id)
    logged = {key: running.summary for key, running in summaries(series.values(), {}).items()}
    warnings = [*found.warnings]
    try:
        write_tsv(run_dir, series.values())
    except OSError as error:
        warnings.append(f"the series were not written for dvc plots: {error.strerror or error}")
    return FoundMetrics(_stated(logged, found), warnings)


def _log(place: Workplace, run_id: str, found: Collected) -> None:
    metrics_dir = f"{place.store.run_dir(run_id)}/metrics"
    printed = {key: series for key, series in place.series(run_id).items() if series.source in PRINTED}
    writers: dict[str, SeriesWriter] = {}
    for series in found.series:
        writer = writers.setdefault(series.source, SeriesWriter(metrics_dir, series.source))
        if series.source == FILE and series.key in printed:
            _confirm(printed[series.key], series, writer)
        else:
            log_series(series, writer.append)
        tell_long_key(place, run_id, series.key)
    for writer in writers.values():
        writer.sync()
        writer.close()


def _confirm(printed: SeriesFile, stated: Series, writer: SeriesWriter) -> None:
    """One series of both: what was printed is the curve, and what the file states, exactly, its last point.

    Where the last one printed is only that number rounded, it is the same point: else the curve's highest could be
    one that never was.
    """
    *_, last = blocks(printed)
    path = os.path.join(os.path.dirname(printed.path), file_name(stated.key, FILE))
    os.replace(printed.path, path)
    ((_, at, value),) = stated.columns.points()
    if not is_rounded(last.values, value):
        writer.append(stated.key, value, last.steps[-1], at)
        return
    file = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        record = RECORD.pack(last.steps[-1], last.times[-1], value)
        os.pwrite(file, record, printed.size - RECORD.size)
        os.fsync(file)
    finally:
        os.close(file)


def _stated(logged: dict[str, Summary], found: Collected) -> dict[str, Summary]:
    """The summaries of the document; the source of what a metrics file states names that file."""
    sources = {series.key: source_of(series) for series in found.series if series.source == FILE}
    return {
        key: {**summary, "source": sources[key]} if summary["source"] == FILE and key in sources else summary
        for key, summary in logged.items()
    }
