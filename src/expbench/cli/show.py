"""`exp show`: all that is known of a run."""

from typing import Final

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.domain.document import RunDocument
from expbench.errors import EnvironmentUnusable
from expbench.render.style import Style

CELLS: Final = 12  # of a small curve


@command(
    examples="""
    exp show @              the latest run
    exp show best:acc       the run with the best accuracy
    exp show 7k3f --json
    """
)
def show(run: Run = "@", as_json: AsJson = False) -> None:
    """All that is known of a run."""
    place = workplace()
    document = place.store.read(place.find(run))
    if as_json:
        emit_json(document)
        return
    from expbench.render.show import show_text

    look = style()
    drawn = _sparklines(place, document, look)
    emit(show_text(document, look, now=place.clock.now(), zone=None, sparklines=drawn))


def _sparklines(place: Workplace, document: RunDocument, look: Style) -> dict[str, str]:
    """A small curve for each metric that has more than one point; none where the series can't be read."""
    from expbench.bootstrap.series import series_of
    from expbench.render.plot import sparkline
    from expbench.services.plotting import sparkline_values

    try:
        values = sparkline_values(series_of(place), document)
    except EnvironmentUnusable as error:
        narrate(f"warning: {error.what}: {error.cause}")
        return {}
    return {key: sparkline(points, CELLS, look) for key, points in values.items()}
