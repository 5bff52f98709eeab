"""`exp rename`: give a run another name."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import Run, workplace


@command(
    examples="""
    exp rename @ baseline
    """
)
def rename(run: Run, name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")]) -> None:
    """Give a run another name."""
    from expbench.domain.references import check_name
    from expbench.services.editing import change

    check_name(name)
    place = workplace()
    document = place.store.read(place.find(run))
    change(place.store, place.clock, document, {"name": name})
    narrate(f"{document['id']} is now called {name}")
