"""`exp undo`: take back the latest edit."""

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.place import workplace
from expbench.domain.events import Event


@command(
    examples="""
    exp rm 7k3f && exp undo
    exp promote 7k3f --to staging && exp undo      writes the git tag that ends the promotion
    """
)
def undo() -> None:
    """Take back the latest edit: rm, tag, note, rename, promote or demote."""
    from expbench.services.editing import undo as take_back

    place = workplace()
    operation = take_back(place.store, place.clock, lambda operation: _take_back(place, operation))
    if operation.kind == "rm":
        narrate(f"brought back {' '.join(operation.data['runs'])}")
    elif operation.kind == "edit":
        narrate(f"took back {', '.join(operation.data['after'])} of {operation.data['run']}")


def _take_back(place: Workplace, operation: Event) -> None:
    from expbench.bootstrap.promoting import take_back
    from expbench.cli.models.place import narrate_done

    narrate_done(take_back(place, operation))
