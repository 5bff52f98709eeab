"""A metric against params over many runs: `exp plot METRIC --against PARAM`, `exp plot METRIC --params`.

Only the last value of the metric counts, and only where it is finite; runs that fall out are counted, never hidden.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from expbench.domain.document import RunDocument
from expbench.domain.query.compiled import StageHolders
from expbench.domain.query.mistakes import visible
from expbench.domain.relation import Influence, Observed, Paired, differing, influences, observed, pairs
from expbench.domain.suggestion import suggestion
from expbench.errors import UsageError
from expbench.ports import RunStore
from expbench.services.finding import Better, find
from expbench.services.listing import Request, list_runs

_NAMED = 12  # so many names are listed in an error


class Pairs(NamedTuple):
    """The runs that have both, oldest first, and how many others were asked for."""

    metric: str
    param: str
    points: list[Paired]
    left_out: int


class Params(NamedTuple):
    """Params by how much they tell of the metric; the runs from the best value on, and how many others there are.

    `direction` is "max" or "min"; None where nobody knows which is better, and the largest value comes first.
    """

    metric: str
    direction: str | None
    influences: list[Influence]
    columns: list[str]
    runs: list[Observed]
    left_out: int


def chosen_runs(
    store: RunStore,
    references: Sequence[str],
    filter_text: str,
    now: datetime,
    better: Better | None = None,
    stages: StageHolders | None = None,
) -> list[RunDocument]:
    """The runs that are named, or those that the filter lets through; all of them without either.

    Raises `UsageError` for both at once, for an unknown run, and for a mistake in the filter.
    """
    if references and filter_text:
        cause = "runs are named, or chosen by a filter"
        raise UsageError("--filter and runs don't go together", cause, f"exp plot METRIC {visible(references[0])}")
    if references:
        run_ids = dict.fromkeys(find(store, word, better) for word in references)
        return [store.read(run_id) for run_id in run_ids]
    return [row.document for row in list_runs(store, Request(filter_text, columns=["id"]), now, stages).rows]


def against(documents: Sequence[RunDocument], metric: str, param: str) -> Pairs:
    """Each run's param beside its metric. Raises `UsageError` where no run has both."""
    runs = _observed(documents, metric)
    points = pairs(runs, param)
    if not points:
        raise _no_param(runs, metric, param)
    return Pairs(metric, param, points[::-1], len(documents) - len(points))


def by_params(documents: Sequence[RunDocument], metric: str, better: Better) -> Params:
    """What each param tells of the metric. Raises `UsageError` where no run has the metric."""
    runs = _observed(documents, metric)
    direction = better(metric)
    found = influences(runs)
    ordered = sorted(runs, key=lambda one: one.value, reverse=direction != "min")
    return Params(metric, direction, found, differing(runs, found), ordered, len(documents) - len(runs))


def pairs_document(found: Pairs) -> dict[str, Any]:
    """What `--against --json` prints."""
    points = [{"run": run["id"], "name": run["name"], "x": x, "y": y} for run, x, y in found.points]
    return {"metric": found.metric, "param": found.param, "left_out": found.left_out, "points": points}


def params_document(found: Params) -> dict[str, Any]:
    """What `--params --json` prints."""
    return {
        "metric": found.metric,
        "direction": found.direction,
        "left_out": found.left_out,
        "params": [one._asdict() for one in found.influences],
        "runs": [
            {"run": run["id"], "name": run["name"], "value": value, "params": run["params"]}
            for run, value in found.runs
        ],
    }


def _observed(documents: Sequence[RunDocument], metric: str) -> list[Observed]:
    runs = observed(documents, metric)
    if not runs:
        names = dict.fromkeys(key for document in documents for key in document["metrics"])
        near = suggestion(metric, [name for name in names if name != metric])
        hint = f"exp plot {visible(near)} --params" if near else "exp ls"
        cause = "its last value is finite in none of them" if metric in names else _there_are(names)
        raise UsageError(f"no run has a number for the metric {visible(metric)}", cause, hint)
    return runs


def _no_param(runs: Sequence[Observed], metric: str, param: str) -> UsageError:
    names = dict.fromkeys(key for run, _ in runs for key in run["params"])
    near = suggestion(param, names) or next(iter(names), None)
    hint = f"exp plot {visible(metric)} --against {visible(near)}" if near else "exp run -P KEY=VALUE -- COMMAND"
    return UsageError(f"no run with {visible(metric)} has the param {visible(param)}", _there_are(names), hint)


def _there_are(names: Sequence[str] | dict[str, None]) -> str:
    if not names:
        return "there is none"
    shown = ", ".join(visible(name)[:60] for name in list(names)[:_NAMED])
    return f"there are {shown}" + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
