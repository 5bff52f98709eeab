"""`exp undo`: take back the latest edit."""

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import workplace


@command(
    examples="""
    exp rm 7k3f && exp undo
    """
)
def undo() -> None:
    """Take back the latest edit: rm, tag, note or rename."""
    from expbench.services.editing import undo as take_back

    place = workplace()
    operation = take_back(place.store, place.clock)
    if operation.kind == "rm":
        narrate(f"brought back {' '.join(operation.data['runs'])}")
    else:
        narrate(f"took back {', '.join(operation.data['after'])} of {operation.data['run']}")
