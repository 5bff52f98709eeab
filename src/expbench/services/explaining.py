"""`exp why A B`: which change moved the metric. Swaps one axis at a time by reruns, and reuses what is recorded.

What must stay true: a recorded run counts for a mix only when all four axes are those of the mix; a mix that can't
be run is named and has no value, never one that was guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from expbench.domain.attribution import (
    Attribution,
    Estimate,
    Mix,
    NoOrder,
    Swapped,
    attribute,
    differing_axes,
    estimate,
    mixes,
    swapped,
    words_of,
)
from expbench.domain.diff import DiffDocument, same
from expbench.domain.document import RunDocument
from expbench.domain.numbers import number_from_json
from expbench.domain.query.mistakes import visible
from expbench.domain.recipe import Axis, Impossible, Recipe, Rerun, Side, given_params, mixed
from expbench.domain.tolerance import measures_the_machine
from expbench.domain.verdict import equal_tables
from expbench.errors import ExpError, UsageError
from expbench.ports import Progress

# The recorded runs to look through, newest first, as the index has them.
Recorded = Callable[[], Sequence[RunDocument]]
# Whether two runs have the same code, params files and `.dvc` files aside: (recorded run, the run of the mix).
SameCode = Callable[[RunDocument, RunDocument], bool]


class Cell(NamedTuple):
    """A mix: the recorded runs that answer for it (by id, with the metric's value), and how many reruns it needs."""

    mix: Mix
    recorded: Mapping[str, float]
    wanted: int
    recipe: Recipe


class Plan(NamedTuple):
    """What will be done to explain a metric's change; `--dry-run` shows it."""

    metric: str
    a: RunDocument
    b: RunDocument
    axes: list[Axis]
    cells: list[Cell]

    @property
    def reruns(self) -> int:
        """How many runs there will be."""
        return sum(cell.wanted for cell in self.cells)

    def named(self, mix: Mix) -> str:
        """A mix in words, with the names of the two runs."""
        return words_of(mix, self.a["name"], self.b["name"])


class Explanation(NamedTuple):
    """The shares, and what they were computed from, by what was swapped: runs and values.

    `failed` says why a mix could not be run.
    """

    plan: Plan
    attribution: Attribution
    runs: Mapping[Swapped, list[str]]
    values: Mapping[Swapped, Estimate]
    failed: Mapping[Swapped, str]


def choose_metric(a: RunDocument, b: RunDocument, asked: str | None) -> str:
    """The metric to explain: the one asked for, or the only one that both have. Raises `UsageError`.

    Metrics of the machine and the clock count only when asked for.
    """
    both = [key for key in a["metrics"] if key in b["metrics"]]
    if asked is not None:
        if asked in both:
            return asked
        raise UsageError(f"the metric {visible(asked)} is not in both runs", _known(both), "exp show " + a["id"])
    found = [key for key in both if not measures_the_machine(key)]
    if len(found) == 1:
        return found[0]
    hint = f"exp why {a['id']} {b['id']} --metric {visible(found[0]) if found else 'NAME'}"
    raise UsageError("one metric is to be explained", _known(found), hint)


def plan_why(
    difference: DiffDocument,
    runs: tuple[RunDocument, RunDocument],
    metric: str,
    recorded: Recorded,
    same_code: SameCode,
    repeat: int = 1,
) -> Plan:
    """Which mixes are needed, which recorded runs answer already, and how many reruns that leaves.

    `difference` must hold all axes; the two runs are whole documents. Raises `UsageError` for `repeat` below 1,
    or when one of the two has no finite value of the metric.
    """
    if repeat < 1:
        raise UsageError(
            f"--repeat {repeat} is too little", "each mix is run once at least", "exp why A B --repeat 3"
        )
    a, b = runs
    for document in runs:
        if value_of(document, metric) is None:
            raise UsageError(
                f"the run {document['name']} can't be explained",
                f"it did not finish with a number for {visible(metric)}",
                f"exp show {document['id']}",
            )
    axes = differing_axes(difference)
    if "params" in axes and same(difference, "command") and equal_tables(given_params(a), given_params(b)):
        axes.remove("params")  # only what the programs log differs, which can't be swapped
    candidates = _merged(runs, recorded()) if axes else []
    cells = []
    for mix in mixes(axes) if axes else []:
        fitting: dict[str, float] = {}
        for document in candidates:
            if len(fitting) < repeat and fits(document, a, b, mix, same_code):
                value = value_of(document, metric)
                if value is not None:
                    fitting[document["id"]] = value
        cells.append(Cell(mix, fitting, repeat - len(fitting), _recipe(a, b, mix)))
    return Plan(metric, a, b, axes, cells)


def explain(plan: Plan, rerun: Rerun, progress: Progress) -> Explanation:
    """Do the reruns of a plan and share out the change. Raises `ExpError` where too many mixes can't be run."""
    done, runs, values, failed = 0, {}, {}, {}
    for cell in plan.cells:
        found = dict(cell.recorded)
        try:
            for _ in range(cell.wanted):
                progress(plan.named(cell.mix), done, plan.reruns)
                done += 1
                document = rerun(cell.recipe)
                found[document["id"]] = _measured(document, plan, cell)
        except _Unmeasured as error:
            failed[swapped(cell.mix)] = str(error)
        except Impossible as error:
            failed[swapped(cell.mix)] = "; ".join(obstacle.why for obstacle in error.obstacles)
        else:
            values[swapped(cell.mix)] = estimate(list(found.values()))
        runs[swapped(cell.mix)] = list(found)
    progress("reruns", plan.reruns, plan.reruns)
    return Explanation(plan, _attributed(plan, values, failed), runs, values, failed)


def fits(document: RunDocument, a: RunDocument, b: RunDocument, mix: Mix, same_code: SameCode) -> bool:
    """Whether a recorded run was made of exactly this mix; the cheap comparisons come first."""
    runs: dict[Side, RunDocument] = {"a": a, "b": b}
    params, data, env, code = (runs[mix.get(axis, "a")] for axis in ("params", "data", "env", "code"))
    return (
        document["status"] == "finished"
        and document["command"] == params["command"]
        and document["cwd"] == params["cwd"]
        and equal_tables(given_params(document), given_params(params))
        and _held(document) == _held(data)
        and document["env"]["hash"] == env["env"]["hash"]
        and document["code"]["complete"]
        and (document["code"]["tree"] == code["code"]["tree"] or same_code(document, code))
    )


def value_of(document: RunDocument, metric: str) -> float | None:
    """The metric's last value where the run finished and it is finite."""
    summary = document["metrics"].get(metric)
    if document["status"] != "finished" or summary is None:
        return None
    value = number_from_json(summary["last"])
    return value if isfinite(value) else None


def _merged(first: Sequence[RunDocument], rest: Sequence[RunDocument]) -> list[RunDocument]:
    return list({document["id"]: document for document in (*first, *rest)}.values())


def _held(document: RunDocument) -> dict[str, str]:
    return {entry["path"]: entry["hash"] for entry in document["data"]["inputs"]}


class _Unmeasured(Exception):
    """A rerun that gave no value for its mix; the text says why."""


def _recipe(a: RunDocument, b: RunDocument, mix: Mix) -> Recipe:
    """The rerun of a mix, in an experiment of its own, so that the runs of one question stand together."""
    note = words_of(mix, a["name"], b["name"])
    return mixed(a, b, mix)._replace(experiment=f"why {a['name']} {b['name']}", tags=["why"], note=note)


def _measured(document: RunDocument, plan: Plan, cell: Cell) -> float:
    value = value_of(document, plan.metric)
    if value is None:
        ended = document["status"] if document["status"] != "finished" else f"no number for {visible(plan.metric)}"
        raise _Unmeasured(f"{ended}: exp log {document['id']}")
    other = plan.a if cell.mix.get("env") == "b" else plan.b
    wanted = cell.recipe.env["hash"] if cell.recipe.env else ""
    if "env" in plan.axes and document["env"]["hash"] == other["env"]["hash"] != wanted:
        raise _Unmeasured("its environment can't be had here")
    return value


def _attributed(plan: Plan, values: Mapping[Swapped, Estimate], failed: Mapping[Swapped, str]) -> Attribution:
    if not plan.axes:
        before, after = (value_of(document, plan.metric) or 0.0 for document in (plan.a, plan.b))
        return Attribution(before, after, {}, {}, changed=False)
    try:
        return attribute(plan.axes, values)
    except NoOrder as error:
        causes = [
            f"{words_of(cell.mix)}: {failed[key]}" for cell in plan.cells if (key := swapped(cell.mix)) in failed
        ]
        what = "the shares can't be computed, since mixes can't be run"
        raise ExpError(what, "\n".join(causes), f"exp diff {plan.a['id']} {plan.b['id']}") from error


def _known(keys: Sequence[str]) -> str:
    return f"both have {', '.join(visible(key) for key in keys)}" if keys else "there is none that both have"
