"""`exp graph`: commits with the runs that hang on them."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from expbench.bootstrap.workplace import Workplace
from expbench.cli.application import command
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import AsJson, narrate_damage, style, workplace

if TYPE_CHECKING:
    from expbench.services.graphing import CommitRuns

SHOWN: Final = 20


@command(
    examples="""
    exp graph                    the newest commits of all branches, with their runs
    exp graph -n 50 main
    exp graph main..try --json
    """
)
def graph(
    revisions: Annotated[
        list[str] | None, typer.Argument(metavar="[REV]...", help="As for git log; HEAD and all branches by default.")
    ] = None,
    count: Annotated[
        int | None, typer.Option("-n", min=0, metavar="N", help="How many commits; 20 by default, all for --json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Commits with the runs that hang on them: those of the commit's very files, and dirty ones that began there."""
    from expbench.adapters.git.graphing import read_graph
    from expbench.bootstrap.linking import ranking
    from expbench.services.graphing import hang

    place = workplace()
    limit = count if count is not None or as_json else SHOWN
    lines = read_graph(place.project.root, revisions or [], limit)
    commits = [line.commit for line in lines if line.commit is not None]
    hanging = hang(place.store, [(commit.commit, commit.tree) for commit in commits], ranking(place))
    narrate_damage(hanging.damaged)
    told: list[CommitRuns] = [
        {**commit._asdict(), "runs": runs}  # type: ignore[typeddict-item]  # the fields have the keys' names
        for commit, runs in zip(commits, hanging.runs, strict=True)
    ]
    if as_json:
        emit_json(told)
    elif not told:
        narrate("No commits yet.")
    else:
        emit(_drawn(place, [(line.signs, line.below, line.commit is not None) for line in lines], told))


def _drawn(place: Workplace, lines: list[tuple[str, tuple[str, ...], bool]], told: "list[CommitRuns]") -> str:
    from expbench.domain.ids import shortest_prefixes
    from expbench.render.graph import SHOWN as RUNS
    from expbench.render.graph import commit_lines

    shown = list(dict.fromkeys(run["id"] for commit in told for run in commit["runs"][:RUNS]))
    short, look, drawn, commits = shortest_prefixes(shown, place.store.ids()), style(), [], iter(told)
    for signs, below, is_commit in lines:
        drawn += commit_lines(signs, below, next(commits), short, look) if is_commit else [signs]
    return "\n".join(drawn)
