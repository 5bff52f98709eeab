"""`exp show`: all that is known of a run."""

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json
from expbench.cli.place import AsJson, Run, style, workplace


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

    emit(show_text(document, style(), now=place.clock.now(), zone=None))
