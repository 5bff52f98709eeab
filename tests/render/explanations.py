"""Explanations for tests of their page, without any run."""

from expbench.domain.attribution import attribute, estimate, swapped
from expbench.domain.diff import DiffDocument, FileChange
from expbench.domain.document import RunDocument
from expbench.services.comparing import ALL_AXES, Sources, compare
from expbench.services.explaining import Explanation, plan_why
from tests.render.documents import summary

# The value of a mix grows by this with each axis of b.
STEP = 0.25


def explanation(
    a: RunDocument,
    b: RunDocument,
    files: list[FileChange] | None = None,
    metric: str = "acc",
    failed: str = "",
    repeat: int = 1,
) -> tuple[Explanation, DiffDocument]:
    """What differs, explained; with `failed` the first mix of both could not be run, for this reason."""
    for run, last in ((a, 0.5), (b, 0.5 + STEP)):
        run["status"], run["metrics"] = "finished", {metric: summary(last, last, last, 1)}
    difference = compare(a, b, ALL_AXES, Sources(lambda _a, _b: files, lambda _hash: None, lambda _key: None))
    plan = plan_why(difference, (a, b), metric, list, lambda _one, _other: False, repeat)
    values = {}
    for cell in plan.cells:
        mean = 0.5 + STEP * len(swapped(cell.mix))
        values[swapped(cell.mix)] = estimate([mean, mean + 0.01] if repeat > 1 else [mean])
    gone = {swapped(cell.mix): failed for cell in plan.cells[2:3]} if failed else {}
    kept = {key: value for key, value in values.items() if key not in gone}
    runs = {swapped(cell.mix): ["7k3fq2m8x1bc"] for cell in plan.cells}
    return Explanation(plan, attribute(plan.axes, kept), runs, kept, gone), difference
