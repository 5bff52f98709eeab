"""`exp status --tmux`: a status bar asks every few seconds, so it does without the command line's machinery."""

import os

from expbench.bootstrap.vitals import vitals_of
from expbench.cli.output import emit
from expbench.cli.surroundings import narrate_damage, style, workplace
from expbench.errors import ExitCode
from expbench.render.status import tmux_line
from expbench.render.style import UNLIMITED
from expbench.services.watching import standing


def print_line() -> int:
    """Print the line, cut only where the width was asked for; gives the exit code."""
    place, look = workplace(), style()
    now = place.clock.now()
    found = standing(place.store.live(), vitals_of(place), now, place.better)
    narrate_damage(found.damaged)
    wide = look if "COLUMNS" in os.environ else look._replace(width=UNLIMITED)
    emit(tmux_line(found, wide, now, place.settings.metric))
    return ExitCode.OK
