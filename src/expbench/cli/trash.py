"""`exp trash`: what is in the trash."""

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, workplace


@command(
    examples="""
    exp trash
    exp gc              lists what would be deleted for good
    """
)
def trash(as_json: AsJson = False) -> None:
    """List the runs in the trash, newest first."""
    place = workplace()
    listing = place.store.trashed()
    narrate_damage(listing.damaged)
    if as_json:
        emit_json(listing.documents)
        return
    from expbench.render.printable import printable

    for document in listing.documents:
        emit(printable(f"{document['id']}  {document['name']}  {document['status']}"))
    if not listing.documents:
        narrate("the trash is empty")
