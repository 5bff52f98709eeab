"""`exp tag`: add and remove tags and attributes of a run."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import Run, workplace


@command(
    context_settings={"ignore_unknown_options": True},
    examples="""
    exp tag @ +baseline -draft      add one word, take one away
    exp tag 7k3f owner=ana          set an attribute
    exp tag 7k3f owner=             clear it
    """,
)
def tag(
    run: Run,
    edits: Annotated[list[str], typer.Argument(metavar="+a -b k=v...", help="What to add, remove and set.")],
) -> None:
    """Add and remove tags (+a -b) and set attributes (k=v; k= clears)."""
    from expbench.services.editing import edit_tags, parse_tag_edit

    edit = parse_tag_edit(edits)
    place = workplace()
    document = edit_tags(place.store, place.clock, place.find(run), edit)
    words = [*document["tags"], *(f"{key}={value}" for key, value in document["attributes"].items())]
    narrate(f"{document['id']} now has {' '.join(words) if words else 'no tags'}")
