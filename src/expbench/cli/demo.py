"""`exp demo`: a throwaway project to look around in."""

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import narrate
from expbench.cli.progress import progress_bar


@command(
    examples="""
    exp demo /tmp/exp-demo
    exp demo /tmp/many --runs 10000     synthetic runs straight into a store, for benchmarks
    """
)
def demo(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="A new or empty folder.")] = "exp-demo",
    runs: Annotated[int | None, typer.Option("--runs", min=1, help="So many synthetic runs instead.")] = None,
) -> None:
    """Make a throwaway project with three dozen real runs: commits, data versions, failures and all."""
    if runs is not None:
        _synthetic(folder, runs)
        narrate(f"wrote {runs} synthetic runs to {folder}")
    else:
        from expbench.adapters.demo.project import make_project, require_empty

        require_empty(folder)
        narrate(f"making a project in {folder}: real commits, real data, real runs; half a minute or so")
        count = make_project(folder, progress_bar(sys.stderr))
        narrate(f"recorded {count} runs")
    narrate(f"hint: cd {folder} && exp ls")


def _synthetic(folder: str, count: int) -> None:
    from expbench.adapters.demo.synthetic import make_repository, synthetic_documents
    from expbench.bootstrap.workplace import open_workplace
    from expbench.domain.events import Event

    commit = make_repository(folder)
    store = open_workplace(os.path.realpath(folder)).create_store()
    documents = synthetic_documents(count, commit, datetime.now(UTC), seed=len(store.ids()))
    store.create_many([Event("created", document["created_at"], dict(document))] for document in documents)
