"""What a reproduction proved: two runs compared point by point and byte by byte. Pure, and in constant memory.

- `identical`: every step and value of every metric that counts, and every byte of every output.
- `equal`: every value within its tolerance; outputs the same, but for those that may differ.
- `different`: something else; the step at which each series parts is told, and which input differed.
- `failed`: the rerun did not end as the original did. `impossible`: there was no rerun.

What must stay true: a series that can't be read whole is never called equal; times are never compared, since no two
runs have the same; inputs explain the grade and never change it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from expbench.domain.diff import env_facts, equal
from expbench.domain.document import InputVerdict, MetricVerdict, OutputVerdict, RunDocument, Summary, Verdict
from expbench.domain.numbers import number_from_json
from expbench.domain.params import compact
from expbench.domain.recipe import Obstacle, replayed_variables
from expbench.domain.series import Points
from expbench.domain.tolerance import Tolerance, close

Grade = Literal["identical", "equal", "different", "failed", "impossible"]
# The points of one metric in blocks, in the order in which they were logged; None where the run has no such series.
Series = Callable[[str], Iterable[Points] | None]

REPRODUCED: Final = ("identical", "equal")
_MISSING: Final = object()


class Parting(NamedTuple):
    """How two series compare: point for point the same, or else the step where they part beyond the tolerance.

    `points` is how many were found the same or close.
    """

    identical: bool
    step: int | None
    points: int = 0


def judge(
    original: RunDocument, rerun: RunDocument, series: Series, rerun_series: Series, tolerance: Tolerance
) -> Verdict:
    """The verdict on a whole rerun that has ended. `reproduced_by` names it."""
    metrics, are_same = _judge_metrics(original, rerun, (series, rerun_series), tolerance)
    outputs = _judge_outputs(original, rerun)
    grade: Grade = "different"
    if _end(original) != _end(rerun):
        grade = "failed"
    elif all(metric["equal"] for metric in metrics):
        if are_same and all(output["equal"] for output in outputs):
            grade = "identical"
        elif all(output["equal"] or tolerance.excuses(output["path"]) for output in outputs):
            grade = "equal"
    return {
        "grade": grade,
        "reproduced_by": [rerun["id"]],
        "metrics": metrics,
        "outputs": outputs,
        "inputs": compare_inputs(original, rerun),
    }


def impossible(obstacles: Sequence[Obstacle]) -> Verdict:
    """The verdict where there is no rerun: `inputs` names what is missing."""
    missing: list[InputVerdict] = [
        {"what": obstacle.what, "a": obstacle.wanted, "b": None, "equal": False} for obstacle in obstacles
    ]
    return {"grade": "impossible", "reproduced_by": [], "metrics": [], "outputs": [], "inputs": missing}


def compares_nothing(verdict: Verdict) -> bool:
    """Whether a rerun was compared by its ending alone, since there are neither metrics nor outputs that count."""
    return not verdict["metrics"] and not verdict["outputs"] and verdict["grade"] != "impossible"


def _end(document: RunDocument) -> tuple[str, int | None, str | None]:
    return document["status"], document["exit_code"], document["signal"]


def _judge_metrics(
    original: RunDocument, rerun: RunDocument, series: tuple[Series, Series], tolerance: Tolerance
) -> tuple[list[MetricVerdict], bool]:
    """The metrics that count, and whether all of them are the same point for point."""
    keys = {**original["metrics"], **rerun["metrics"]}
    judged: list[MetricVerdict] = []
    are_same = True
    for key in filter(tolerance.compares, keys):
        summaries = original["metrics"].get(key), rerun["metrics"].get(key)
        parting = _parting(key, summaries, series, tolerance.of(key))
        are_same = are_same and parting.identical
        last = [summary["last"] if summary else None for summary in summaries]
        judged.append(
            {
                "key": key,
                "a": last[0],
                "b": last[1],
                "equal": parting.step is None,
                "first_difference_step": parting.step,
            }
        )
    return judged, are_same


def _parting(
    key: str, summaries: tuple[Summary | None, Summary | None], series: tuple[Series, Series], tolerance: float
) -> Parting:
    a, b = summaries
    if a is None or b is None:
        only = a or b
        return Parting(False, only["first_step"] if only else None)
    points, rerun_points = _stream(key, a, series[0]), _stream(key, b, series[1])
    if points is None or rerun_points is None:
        return Parting(False, a["first_step"])  # what can't be read proves nothing
    parting = part(points, rerun_points, tolerance)
    is_whole = parting.step is not None or parting.points == a["count"] == b["count"]
    return parting if is_whole else Parting(False, a["first_step"])


def _stream(key: str, summary: Summary, series: Series) -> Iterator[Points] | None:
    """The points that the summary speaks of; one without a series (from a metrics file) is its own single point."""
    blocks = series(key)
    if blocks is not None:
        return iter(blocks)
    return iter([_single(summary)]) if summary["count"] == 1 else None


def _single(summary: Summary) -> Points:
    from array import array

    return Points(
        array("q", [summary["last_step"]]), array("d", [0.0]), array("d", [number_from_json(summary["last"])])
    )


def part(a: Iterable[Points], b: Iterable[Points], tolerance: float) -> Parting:
    """Where two series part, by place: the nth point with the nth; a point that only one has parts them."""
    identical, count = True, 0
    for one, other in _paired(iter(a), iter(b)):
        count += len(one.steps)
        if one.steps == other.steps and one.values.tobytes() == other.values.tobytes():
            continue
        for step, step_b, value, value_b in zip(one.steps, other.steps, one.values, other.values, strict=False):
            if step != step_b:
                return Parting(False, min(step, step_b))
            if not close(value, value_b, tolerance):
                return Parting(False, step)
            identical = identical and close(value, value_b, 0.0)
        if len(one.steps) != len(other.steps):
            longer = max(one.steps, other.steps, key=len)
            return Parting(False, longer[min(len(one.steps), len(other.steps))])
    return Parting(identical, None, count)


def _paired(a: Iterator[Points], b: Iterator[Points]) -> Iterator[tuple[Points, Points]]:
    """Equally long pieces of both; at the end of the shorter one the first piece that the longer has beyond it."""
    empty = _slice(Points(*_no_points()), 0, 0)
    one, other = empty, empty
    while True:
        one = one if len(one.steps) else next(filter(_has_points, a), empty)
        other = other if len(other.steps) else next(filter(_has_points, b), empty)
        length = min(len(one.steps), len(other.steps))
        if not length:
            if len(one.steps) or len(other.steps):
                yield one, other
            return
        yield _slice(one, 0, length), _slice(other, 0, length)
        one, other = _slice(one, length, None), _slice(other, length, None)


def _no_points() -> tuple[Any, Any, Any]:
    from array import array

    return array("q"), array("d"), array("d")


def _has_points(points: Points) -> bool:
    return len(points.steps) > 0


def _slice(points: Points, start: int, end: int | None) -> Points:
    return Points(points.steps[start:end], points.times[start:end], points.values[start:end])


def _judge_outputs(original: RunDocument, rerun: RunDocument) -> list[OutputVerdict]:
    """Tracked paths by what they held afterwards, then artifacts, each by digest."""
    changed = {entry["path"] for document in (original, rerun) for entry in document["data"]["outputs"]}
    held_a, held_b = _held(original), _held(rerun)
    verdicts = [_output(path, held_a.get(path), held_b.get(path)) for path in sorted(changed)]
    kept_a = {artifact["path"]: artifact["sha256"] for artifact in original["artifacts"]}
    kept_b = {artifact["path"]: artifact["sha256"] for artifact in rerun["artifacts"]}
    return verdicts + [_output(path, kept_a.get(path), kept_b.get(path)) for path in sorted({*kept_a, *kept_b})]


def _held(document: RunDocument) -> dict[str, str]:
    """What each tracked path held at the end: one that came out as it went in is not among the `outputs`."""
    entries = [*document["data"]["inputs"], *document["data"]["outputs"]]
    return {entry["path"]: entry["hash"] for entry in entries}


def _output(path: str, a: str | None, b: str | None) -> OutputVerdict:
    return {"path": path, "a": a, "b": b, "equal": a == b}


def compare_inputs(original: RunDocument, rerun: RunDocument) -> list[InputVerdict]:
    """A row for each axis, and below it one for each path, param or fact that differs."""
    env_a, env_b = original["env"], rerun["env"]
    rows = [_input("code", original["code"]["tree"], rerun["code"]["tree"])]
    rows.append(_input("data", original["data"]["version"], rerun["data"]["version"]))
    rows += _differing("", _hashes(original), _hashes(rerun))
    params = equal_tables(original["params"], rerun["params"])
    rows.append({"what": "params", "a": None, "b": None, "equal": params})
    rows += _differing("params.", original["params"], rerun["params"])
    rows.append(_input("env", env_a["hash"], env_b["hash"]))
    packages = "packages" in env_a and "packages" in env_b
    rows += _differing("env.", env_facts(env_a, packages), env_facts(env_b, packages))
    rows += _differing("variable.", *(replayed_variables(env["variables"]) for env in (env_a, env_b)))
    rows.append(_input("command", compact(original["command"]), compact(rerun["command"])))
    return rows


def equal_tables(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether both have the same keys with equal values: numbers as numbers, all else with its type."""
    return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)


def _hashes(document: RunDocument) -> dict[str, str]:
    return {entry["path"]: entry["hash"] for entry in document["data"]["inputs"]}


def _differing(prefix: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[InputVerdict]:
    for key in {**a, **b}:
        if not equal(a.get(key, _MISSING), b.get(key, _MISSING)):
            yield {"what": f"{prefix}{key}", "a": _text(a, key), "b": _text(b, key), "equal": False}


def _text(table: Mapping[str, Any], key: str) -> str | None:
    if key not in table:
        return None
    value = table[key]
    return value if isinstance(value, str) else compact(value)


def _input(what: str, a: str | None, b: str | None) -> InputVerdict:
    return {"what": what, "a": a, "b": b, "equal": a == b}
