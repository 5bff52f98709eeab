"""`exp gc`: empty the trash for good."""

from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, narrate
from expbench.cli.place import workplace


@command(
    examples="""
    exp gc              lists what would go
    exp gc --yes        deletes it
    """
)
def gc(yes: Annotated[bool, typer.Option("--yes", help="Delete it; can't be undone.")] = False) -> None:
    """Empty the trash for good: runs, their files and the refs that keep their snapshots. Lists first.

    Work trees that a killed process has left behind go, too.
    """
    from expbench.render.printable import printable
    from expbench.services.checking import counted
    from expbench.services.editing import purge

    place = workplace()
    documents = place.store.trashed()
    trashed = [document["id"] for document in documents.documents] + [run.run_id for run in documents.damaged]
    registered = place.registered_runs if trashed else {}
    run_ids = [run_id for run_id in trashed if run_id not in registered]
    for document in documents.documents:
        if document["id"] in run_ids:
            emit(printable(f"{document['id']}  {document['name']}  {document['status']}"))
    for run in documents.damaged:
        if run.run_id in run_ids:
            emit(printable(f"{run.run_id}  damaged"))
    for run_id in trashed:
        if run_id in registered:
            narrate(f"kept {run_id} : {registered[run_id][0]} was registered from it\nhint: exp undo brings it back")
    trees = place.abandoned_trees()
    for run_id in trees:
        emit(printable(f"{run_id}  work tree that a killed process has left"))
    if not run_ids and not trees:
        narrate("the trash is empty" if not trashed else "nothing can be deleted")
    elif not yes:
        narrate("nothing was deleted\nhint: exp gc --yes deletes these for good")
    else:
        if run_ids:
            purge(place.store, place.clock, run_ids, registered)
            place.delete_refs(run_ids)
        place.remove_abandoned_trees(narrate)
        narrate(f"deleted {counted(len(run_ids))} for good" if run_ids else "deleted what was left of work trees")
