"""`exp note`: show or set a run's note."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, narrate
from expbench.cli.place import Run, workplace


@command(
    examples="""
    exp note @ "warmup was too short"
    exp note @                  prints it
    exp note @ ""               clears it
    """
)
def note(
    run: Run, text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="The new note.")] = None
) -> None:
    """Show a run's note, or set it to TEXT."""
    from expbench.render.printable import printable
    from expbench.services.editing import change

    place = workplace()
    document = place.store.read(place.find(run))
    if text is None:
        emit(printable(document["note"], newlines=True))
        return
    change(place.store, place.clock, document, {"note": " ".join(text)})
    narrate(f"noted on {document['id']}")
