"""All metrics of a run at its end: what it logged, printed, and wrote with other tools, as series and summaries."""

from expbench.adapters import files
from expbench.adapters.foreign import looking
from expbench.adapters.foreign.collecting import FILE, Collected, collect, log_series, source_of
from expbench.adapters.series.reader import summaries
from expbench.adapters.series.tsv import write_tsv
from expbench.bootstrap.keys import tell_long_key
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import Summary
from expbench.domain.metrics import summary_of_value
from expbench.domain.series import PRINTED
from expbench.services.recording import FoundMetrics


class MetricsWatch:
    """The files that may hold metrics as they were before a run, so that later only those count that it wrote."""

    def __init__(self, place: Workplace, folder: str) -> None:
        self._place = place
        self._root = place.project.root
        self._files = files.before(self._root, folder, place.settings.metrics_files)
        self._foreign = looking.before(self._root)

    def gather(self, run_id: str) -> FoundMetrics:
        """Bring in what other tools wrote, then summarise all series and write them as DVCLive's TSV."""
        written = files.written(self._root, self._files)
        found = collect(self._root, self._foreign, written.documents)
        self._log(run_id, found)
        series = self._place.series(run_id)
        logged = {key: running.summary for key, running in summaries(series.values(), {}).items()}
        warnings = [*written.warnings, *found.warnings]
        try:
            write_tsv(self._place.store.run_dir(run_id), series.values())
        except OSError as error:
            warnings.append(f"the series were not written for dvc plots: {error.strerror or error}")
        return FoundMetrics(_stated(logged, found), warnings)

    def _log(self, run_id: str, found: Collected) -> None:
        from expbench.adapters.series.writer import SeriesWriter

        metrics_dir = f"{self._place.store.run_dir(run_id)}/metrics"
        writers: dict[str, SeriesWriter] = {}
        for series in found.series:
            writer = writers.setdefault(series.source, SeriesWriter(metrics_dir, series.source))
            log_series(series, writer.append)
            tell_long_key(self._place, run_id, series.key)
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
