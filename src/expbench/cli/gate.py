"""`exp gate`: do conditions hold for a run? For CI."""

from collections.abc import Sequence
from typing import Annotated

import typer

from expbench.cli.application import command
from expbench.cli.output import emit, emit_json
from expbench.cli.place import AsJson, Run, style, workplace
from expbench.domain.registry.record import Gate
from expbench.errors import ExitCode, ExpError


@command(
    examples="""
    exp gate 'acc >= 0.95 and not dirty'
    exp gate 'verdict in (identical, equal)' best:acc --json
    exp gate 'acc >= 0.95' --junit gate.xml
    """
)
def gate(
    expression: Annotated[str, typer.Argument(metavar="EXPR", help="A filter, such as 'acc >= 0.95'.")],
    run: Run = "@",
    as_json: AsJson = False,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report, too.")] = None,
) -> None:
    """Exit 0 when every condition holds for the run, 1 when one does not or its metric is absent."""
    from expbench.bootstrap.evidence import candidate, judged
    from expbench.domain.registry.gates import conditions
    from expbench.render.models import gate_lines

    rules = conditions(expression)
    place = workplace()
    document = candidate(place, run)
    gates = judged(place, rules, document, None, document.get("note") or "")
    holds = all(one["holds"] for one in gates)
    if junit is not None:
        _write_report(junit, document["id"], gates)
    if as_json:
        emit_json({"run": document["id"], "rule": expression, "holds": holds, "gates": gates})
    else:
        emit("\n".join(gate_lines(gates, style())))
    if not holds:
        raise typer.Exit(ExitCode.FAILED)


def _write_report(path: str, run_id: str, gates: Sequence[Gate]) -> None:
    from expbench.render.junit import junit_text

    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(junit_text(run_id, gates))
    except OSError as error:
        raise ExpError(f"{path} can't be written", error.strerror or str(error), f"ls -ld {path}") from error
