"""All metrics of a run at its end: what it logged, printed, and wrote with other tools, as series and summaries."""

from expbench.adapters.foreign.collecting import FILE, Collected, log_series, source_of
from expbench.adapters.series.reader import summaries
from expbench.adapters.series.tsv import write_tsv
from expbench.adapters.series.writer import SeriesWriter
from expbench.bootstrap.keys import tell_long_key
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Summary
from expbench.domain.metrics import summary_of_value
from expbench.domain.series import PRINTED
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
    writers: dict[str, SeriesWriter] = {}
    for series in found.series:
        writer = writers.setdefault(series.source, SeriesWriter(metrics_dir, series.source))
        log_series(series, writer.append)
        tell_long_key(place, run_id, series.key)
    for writer in writers.values():
        writer.sync()
        writer.close()


def _stated(logged: dict[str, Summary], found: Collected) -> dict[str, Summary]:
    """The summaries of the document. What a metrics file states is exact, so it goes before what was printed."""
    stated = {series.key: series for series in found.series if series.source == FILE}
    summary_of = dict(logged)
    for key, series in stated.items():
        if logged[key]["source"] in (*PRINTED, FILE):
            ((_, _, value),) = series.columns.points()
            summary_of[key] = summary_of_value(value, source_of(series))
    return summary_of
