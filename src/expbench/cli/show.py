"""`exp show`: all that is known of a run."""

import shutil
from typing import Annotated, Final

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, Run, complete_artifact, style, workplace
from expbench.domain.document import RunDocument
from expbench.errors import EnvironmentUnusable, UsageError
from expbench.render.style import Style

CELLS: Final = 12  # of a small curve
WIDEST: Final = 120  # cells of a picture


@command(
    examples="""
    exp show @              the latest run
    exp show best:acc       the run with the best accuracy
    exp show 7k3f --json
    exp show @ --patch                      the work that was not committed
    exp show @ --artifact plots/roc.png     what an artifact holds: text, tables, pictures
    """
)
def show(
    run: Run = "@",
    patch: Annotated[
        bool, typer.Option("--patch", "-p", help="The uncommitted work that its snapshot holds.")
    ] = False,
    artifact: Annotated[
        str | None,
        typer.Option(
            "--artifact", metavar="PATH", help="What one of its artifacts holds.", autocompletion=complete_artifact
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """All that is known of a run; or only its uncommitted work, or what an artifact of it holds."""
    place = workplace()
    document = place.store.read(place.find(run))
    if patch and artifact is not None:
        raise UsageError("--patch and --artifact are two questions", "", f"exp show {document['id']} --patch")
    if patch:
        _show_patch(place, document, as_json)
    elif artifact is not None:
        _show_artifact(place, document, artifact, as_json)
    elif as_json:
        emit_json(document)
    else:
        from expbench.render.show import show_text

        look = style()
        drawn = _sparklines(place, document, look)
        emit(show_text(document, look, now=place.clock.now(), zone=None, sparklines=drawn))


def _show_patch(place: Workplace, document: RunDocument, as_json: bool) -> None:
    files, text = place.uncommitted(document)
    code = document["code"]
    if as_json:
        emit_json({"commit": code["commit"], "snapshot": code["snapshot"], "files": files, "patch": text})
    elif not text:
        narrate("nothing was uncommitted")
    else:
        from expbench.render.diff import patch_lines

        emit("\n".join(patch_lines(text, style())))


def _show_artifact(place: Workplace, document: RunDocument, path: str, as_json: bool) -> None:
    from expbench.domain.previews.preview import Room
    from expbench.render.preview import preview_document, preview_lines
    from expbench.services.finding import require_artifact

    found = require_artifact(document, path)
    look = style()
    preview = place.preview(document, path, Room(min(look.width, WIDEST), 2 * (_terminal_rows() - 2)))
    if as_json:
        emit_json(preview_document(path, found["size"], found["sha256"], preview))
    else:
        emit("\n".join(preview_lines(preview, look)))


def _terminal_rows() -> int:
    return shutil.get_terminal_size().lines


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
