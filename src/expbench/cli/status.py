"""`exp status`: live runs, the last result, and what is alarming."""

import sys
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, style, workplace


@command(
    examples="""
    exp status
    exp status --tmux       one line, for ~/.tmux.conf:
                            set -g status-right '#(cd "#{pane_current_path}" && exp status --tmux)'
    """
)
def status(
    tmux: Annotated[bool, typer.Option("--tmux", help="One line for tmux's status bar.")] = False,
    as_json: AsJson = False,
) -> None:
    """Live runs, the last result, and alarms: a run that stalled, a metric that is NaN or has diverged."""
    if tmux and not as_json:
        from expbench.cli.statusline import print_line

        raise typer.Exit(print_line())
    from expbench.bootstrap.vitals import vitals_of
    from expbench.domain.ids import shortest_prefixes
    from expbench.render.runs import empty_text
    from expbench.render.status import status_document, status_text
    from expbench.services.watching import standing

    place = workplace()
    now, metric = place.clock.now(), place.settings.metric
    found = standing(place.store.live(), vitals_of(place), now, place.better)
    narrate_damage(found.damaged)
    if as_json:
        emit_json(status_document(found, metric))
    elif found.last is None and not found.live:
        narrate(empty_text(False, style(sys.stderr)))
    else:
        known = place.store.ids()
        shown = [each.document["id"] for each in [*found.live, *([found.last] if found.last else [])]]
        emit(status_text(found, style(), now, metric, shortest_prefixes(shown, known)))
