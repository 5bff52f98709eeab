"""Which curves are meant, and their points: for `exp plot`, `exp metric`, and the small curves of `exp show`.

The series on disk are the truth of a curve. A metric that has none (it came from a metrics file, or from a run that
was made elsewhere) is the one point that its summary tells.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from math import isfinite
from typing import Final, NamedTuple

from expbench.domain.document import UNFINISHED, RunDocument
from expbench.domain.ids import shortest_prefixes
from expbench.domain.numbers import number_from_json
from expbench.domain.query.mistakes import visible
from expbench.domain.reducing import Axis, Curve, Extent, Reducer, extent, smoothed
from expbench.domain.references import Best, Holding, Latest, parse_reference
from expbench.domain.series import Points
from expbench.domain.suggestion import suggestion
from expbench.errors import UsageError
from expbench.ports import RunStore, Selection
from expbench.services.finding import Better, find

_NEWEST: Final = 100  # the runs whose metrics are looked at before all others
_NAMED: Final = 12  # so many metrics are listed in an error
_SPARKLINES: Final = 500  # so many metrics of a run get one; a run with more is read elsewhere


class Series(NamedTuple):
    """Where points come from, by run id and metric: which metrics have a file, how many points it
    holds, and those points in blocks.

    `sample` gives about so many points at even distances, at a cost that does not grow with the series.
    """

    keys: Callable[[str], Collection[str]]
    length: Callable[[str, str], int]
    blocks: Callable[[str, str], Iterator[Points]]
    sample: Callable[[str, str, int], Iterator[Points]]


class Chosen(NamedTuple):
    """One metric of one run."""

    document: RunDocument
    key: str


class Choice(NamedTuple):
    """The curves that were asked for, and what must be said about those that there aren't."""

    chosen: list[Chosen]
    warnings: list[str]


class Drawing(NamedTuple):
    """How curves are reduced; `view` limits x (steps, or seconds since the run's start), None shows all of it."""

    columns: int
    axis: Axis = "step"
    log_y: bool = False
    smooth: float = 0.0
    view: Extent | None = None


def choose(store: RunStore, series: Series, words: Sequence[str], better: Better | None = None) -> Choice:
    """The curves that the words mean: metrics, then runs (the latest without any); metric by metric.

    A word is a run only if no metric has that name. Raises `UsageError` when a word is neither, or nothing is left.
    """
    newest = _known(store, series)
    metrics, references = _told_apart(store, words, newest)
    if not metrics:
        raise _no_metric(words[0] if words else "", newest)
    run_ids = dict.fromkeys(_run(store, word, metrics, newest, better) for word in references or ["@"])
    documents = [store.read(run_id) for run_id in run_ids]
    chosen = [Chosen(document, key) for key in metrics for document in documents if has(series, document, key)]
    missing = [(document, key) for key in metrics for document in documents if not has(series, document, key)]
    if not chosen:
        raise _nowhere(store, missing, series)
    return Choice(chosen, [f"run {run['name']} {run['id']} has no metric {key}" for run, key in missing])


def has(series: Series, document: RunDocument, key: str) -> bool:
    """Whether the run has the metric."""
    return key in document["metrics"] or key in series.keys(document["id"])


def require(series: Series, document: RunDocument, key: str) -> Chosen:
    """The metric of the run. Raises `UsageError` when it has none of that name."""
    if not has(series, document, key):
        raise _nowhere(None, [(document, key)], series)
    return Chosen(document, key)


def points_of(series: Series, chosen: Chosen, smooth: float = 0.0) -> Iterator[Points]:
    """The curve's points in blocks, in logged order, smoothed if that is above 0."""
    document, key = chosen
    if key in series.keys(document["id"]):
        blocks = series.blocks(document["id"], key)
    else:
        blocks = iter([one_point(document, key)])
    return smoothed(blocks, smooth) if smooth > 0 else blocks


def within(blocks: Iterable[Points], axis: Axis, view: Extent) -> Iterator[Points]:
    """Of the points those whose step or unix time lies in the view, in their order."""
    for points in blocks:
        xs = points.steps if axis == "step" else points.times
        kept = [number for number, x in enumerate(xs) if view.low <= x <= view.high]
        if len(kept) == len(xs):
            yield points
        elif kept:
            times, values = ([column[n] for n in kept] for column in (points.times, points.values))
            yield Points(array("q", [points.steps[n] for n in kept]), array("d", times), array("d", values))


def count_of(series: Series, chosen: Chosen) -> int:
    """How many points the curve has."""
    document, key = chosen
    return series.length(document["id"], key) if key in series.keys(document["id"]) else 1


def curves(series: Series, chosen: Sequence[Chosen], drawing: Drawing) -> tuple[list[Curve], Extent | None]:
    """The curves reduced over one common extent of x, and that extent; None when there is no point at all."""
    extents = [extent(points_of(series, curve), drawing.axis) for curve in chosen]
    origins = [origin_of(curve.document, found, drawing.axis) for curve, found in zip(chosen, extents, strict=True)]
    view = drawing.view or common_extent(extents, origins)
    if view is None:
        return [Curve([], 0, 0) for _ in chosen], None
    found = [_reduced(series, curve, drawing, view, origin) for curve, origin in zip(chosen, origins, strict=True)]
    return found, view


def points_in_view(series: Series, chosen: Chosen, drawing: Drawing) -> Iterator[Points]:
    """The curve's points in the drawing's view in blocks, in logged order, smoothed as it says."""
    blocks = points_of(series, chosen, drawing.smooth)
    if drawing.view is None:
        return blocks
    found = extent(points_of(series, chosen), drawing.axis) if drawing.axis == "time" else None
    origin = origin_of(chosen.document, found, drawing.axis)
    return within(blocks, drawing.axis, Extent(drawing.view.low + origin, drawing.view.high + origin))


def limited(
    series: Series, chosen: Sequence[Chosen], drawing: Drawing, low: float | None, high: float | None
) -> Drawing:
    """The drawing with a view from `low` to `high`; where one is None the curves decide.

    Raises `UsageError` where nothing lies between the two.
    """
    if low is None and high is None:
        return drawing
    if low is None or high is None:
        whole = curves(series, chosen, drawing)[1] or Extent(0, 1)
        low, high = whole.low if low is None else low, whole.high if high is None else high
    if not (isfinite(low) and isfinite(high) and low < high):
        cause = f"x runs from {low:g} to {high:g}"
        raise UsageError("there is nothing between --from and --to", cause, "exp plot METRIC --from 100 --to 200")
    return drawing._replace(view=Extent(low, high))


def labels(chosen: Sequence[Chosen], known_ids: Collection[str]) -> list[str]:
    """What the legend says of each curve: its metric, its run's short id and name."""
    short = shortest_prefixes({curve.document["id"] for curve in chosen}, known_ids)
    return [f"{key}  {short[document['id']]} {document['name']}" for document, key in chosen]


def title(chosen: Sequence[Chosen], drawing: Drawing) -> str:
    """What stands above the curves: the metrics, and how they are drawn."""
    keys = list(dict.fromkeys(curve.key for curve in chosen))
    named = ", ".join(keys[:_NAMED]) + (f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else "")
    smooth = [f"smoothed {drawing.smooth:g}"] if drawing.smooth > 0 else []
    return f"{named} by {', '.join([drawing.axis, *(['log y'] if drawing.log_y else []), *smooth])}"


def sparkline_values(series: Series, document: RunDocument, most: int = 20_000) -> dict[str, "array[float]"]:
    """The values to draw small curves of, by metric: of every metric with more than one point; sampled if many."""
    known = series.keys(document["id"])
    values: dict[str, array[float]] = {}
    for key in islice((key for key in document["metrics"] if key in known), _SPARKLINES):
        points = array("d")
        for block in series.sample(document["id"], key, most):
            points.extend(block.values)
        if len(points) > 1:
            values[key] = points
    return values


def origin_of(document: RunDocument, found: Extent | None, axis: Axis) -> float:
    """What x is counted from: 0 for steps; the run's start for times, or its first point if that was earlier."""
    if axis == "step" or found is None:
        return 0
    started = _unix(document["started_at"])
    return found.low if started is None else min(started, found.low)


def common_extent(extents: Iterable[Extent | None], origins: Iterable[float]) -> Extent | None:
    """The extent of all curves, each counted from its own origin."""
    there = [(found, origin) for found, origin in zip(extents, origins, strict=True) if found is not None]
    if not there:
        return None
    return Extent(min(found.low - o for found, o in there), max(found.high - o for found, o in there))


def one_point(document: RunDocument, key: str) -> Points:
    """The point that a metric's summary tells, for one that has no series."""
    summary = document["metrics"][key]
    moment = _unix(document["ended_at"]) or _unix(document["created_at"]) or 0.0
    step, value = summary["last_step"], number_from_json(summary["last"])
    return Points(array("q", [step]), array("d", [moment]), array("d", [value]))


def _reduced(series: Series, chosen: Chosen, drawing: Drawing, view: Extent, origin: float) -> Curve:
    # Steps stay integers as long as they can: a float can't tell great ones apart.
    absolute = Extent(view.low + origin, view.high + origin) if origin else view
    reducer = Reducer(absolute, drawing.columns, drawing.axis, origin=origin, log_y=drawing.log_y)
    for points in points_of(series, chosen, drawing.smooth):
        reducer.feed(points)
    return reducer.curve()


def _unix(at: str | None) -> float | None:
    try:
        return datetime.fromisoformat(at).timestamp() if at else None
    except (ValueError, OverflowError):
        return None


def _told_apart(store: RunStore, words: Sequence[str], newest: Mapping[str, None]) -> tuple[list[str], list[str]]:
    """The words that are metrics, and the others; each once."""
    open_words = [word for word in dict.fromkeys(words) if word not in newest and not _is_surely_a_run(store, word)]
    known = {**newest, **_in_any_run(store, open_words)}
    metrics = [word for word in dict.fromkeys(words) if word in known]
    return metrics, [word for word in dict.fromkeys(words) if word not in known]


def _is_surely_a_run(store: RunStore, word: str) -> bool:
    """Whether looking for a metric of that name in all runs would be for nothing: `@~3`, `best:acc`, a whole id."""
    return isinstance(parse_reference(word), Latest | Best | Holding) or word in store.ids()


def _in_any_run(store: RunStore, words: Sequence[str]) -> dict[str, None]:
    """Those of the words that are a metric of any run, which costs a pass over the store."""
    return dict.fromkeys(word for word in words if store.select(_with_metric(word)).documents)


def _with_metric(key: str) -> Selection:
    """The newest run that has the metric."""
    return Selection(lambda document: key in document["metrics"], frozenset({"metrics"}), limit=1)


def _run(
    store: RunStore, word: str, metrics: Sequence[str], newest: Mapping[str, None], better: Better | None
) -> str:
    try:
        return find(store, word, better)
    except UsageError as error:
        if not error.what.startswith("there is no run"):
            raise
        known, near = " ".join(visible(key) for key in metrics), visible(suggestion(word, newest))
        what = f"there is no metric and no run {visible(word)}"
        raise UsageError(
            what, _there_are(newest), f"exp plot {known} {near}".rstrip() if near else "exp ls"
        ) from error


def _no_metric(word: str, newest: Mapping[str, None]) -> UsageError:
    if not newest:
        return UsageError("there is no metric to plot", "no run has logged one yet", "exp run -- COMMAND")
    near = suggestion(word, newest) or next(iter(newest))
    what = f"there is no metric {visible(word)}" if word else "no metric is named"
    return UsageError(what, _there_are(newest), f"exp plot {visible(near)}")


def _nowhere(store: RunStore | None, missing: Sequence[tuple[RunDocument, str]], series: Series) -> UsageError:
    """None of the runs has any of the metrics: say what the first one has, and where else the metric is."""
    document, key = missing[0]
    names = dict.fromkeys([*document["metrics"], *series.keys(document["id"])])
    hint = f"exp show {document['id']}"
    if store is not None:
        elsewhere = store.select(_with_metric(key)).documents
        hint = f"exp plot {visible(key)} {elsewhere[0]['id']}" if elsewhere else hint
    near = suggestion(key, names)
    cause = _there_are(names) + (f"; did you mean {visible(near)}" if near else "")
    return UsageError(f"the run {visible(document['name'])} has no metric {visible(key)}", cause, hint)


def _known(store: RunStore, series: Series) -> dict[str, None]:
    """The metrics of the newest runs; of the latest and of live ones also those that no summary tells of yet."""
    documents = store.newest(_NEWEST).documents
    fresh = [run for place, run in enumerate(documents) if place == 0 or run["status"] in UNFINISHED]
    names = dict.fromkeys(key for document in documents for key in document["metrics"])
    return names | dict.fromkeys(key for document in fresh for key in series.keys(document["id"]))


def _there_are(names: Collection[str]) -> str:
    """The names as a sentence, a few of them when there are many."""
    if not names:
        return "it has none"
    shown = ", ".join(visible(name)[:60] for name in islice(names, _NAMED))
    return f"there are {shown}" + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
