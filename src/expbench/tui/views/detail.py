"""The run under the cursor in a few lines: what it is, its params, its metrics beside the baseline's."""

from collections.abc import Mapping, Sequence
from typing import Literal

from expbench.domain.alarms import Alarm
from expbench.domain.document import RunDocument, Summary
from expbench.render.alarms import alarm_text
from expbench.render.printable import width, wrap
from expbench.render.runs import STATUS_ROLES
from expbench.render.style import Style, sign
from expbench.render.values import age, counted, duration, number, param, signed
from expbench.render.verdict import GRADES
from expbench.tui.views.lines import Line, Look, Span, line

Better = Mapping[str, Literal["max", "min"] | None]


def detail_lines(
    document: RunDocument,
    baseline: RunDocument | None,
    better: Better,
    style: Style,
    now: str,
    damage: str = "",
    alarms: Sequence[Alarm] = (),
    *,
    tall: bool = False,
) -> list[Line]:
    """The run; the baseline's values where there is another one. A `tall` place has a line for each value."""
    beside = baseline if baseline is not None and baseline["id"] != document["id"] else None
    lines: list[Line] = _head(document, style, now, tall=tall)
    if damage:
        lines.append(line(("damaged ", "warn"), damage))
    for alarm in alarms:
        lines += _labelled(("alarm", "bad"), alarm_text(alarm, style), style, tall=tall)
    command = " ".join(document["command"]) or "none recorded"
    lines += _labelled(("command", "label"), command[:_LONG], style, tall=tall)
    lines += _where(document, style, tall=tall)
    if document["verdict"]:
        grade, again = document["verdict"]["grade"], document["verdict"]["reproduced_by"]
        by = f" by {', '.join(again)}" if again else ""
        lines.append(line(("verdict  ", "label"), (grade, GRADES.get(grade, "warn")), (by, "dim")))
    params = _params(document, beside)
    if tall:
        lines += [[Span("params   " if n == 0 else " " * 9, "label"), span] for n, span in enumerate(params)]
    elif params:
        lines.append([Span("params   ", "label"), *params])
    own = [key for key in document["metrics"] if not key.startswith("system/")]
    lines += [_metric(key, document, beside, better, style, first=key == own[0]) for key in own]
    if document["note"]:
        lines += [[Span("note     ", "label"), Span(text)] for text in document["note"].splitlines()[:3]]
    lines += [[Span("warning  ", "warn"), Span(text)] for text in document["warnings"][:3]]
    return lines


_LONG = 1000  # characters of a command


def _labelled(label: tuple[str, Look], text: str, style: Style, *, tall: bool) -> list[Line]:
    """A text behind its label; in a tall place on as many lines as it takes."""
    pieces = wrap(text, style.width - 9) if tall else [text]
    word, look = label
    return [[Span(f"{word:<9}" if n == 0 else " " * 9, look), Span(piece)] for n, piece in enumerate(pieces)]


def delta(value: object, base: object, direction: str | None, style: Style) -> Span | None:
    """The difference to the baseline with its sign, and whether it is better, in words of colour and direction."""
    if not _is_number(value) or not _is_number(base) or value == base:
        return None
    difference = float(value) - float(base)  # type: ignore[arg-type]  # both are numbers
    arrow = sign("up" if difference > 0 else "down", style)
    if direction is None:
        return Span(f"{signed(difference)} {arrow}", "dim")
    good = (difference > 0) == (direction == "max")
    return Span(f"{signed(difference)} {arrow}", "good" if good else "bad")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _head(document: RunDocument, style: Style, now: str, *, tall: bool) -> list[Line]:
    status = document["status"]
    how = f"{status} ({document['signal']})" if document["signal"] else status
    if document["exit_code"]:
        how += f" {document['exit_code']}"
    dot = f" {sign('dot', style)} "
    words = [duration(document["duration_s"]), age(document["started_at"] or document["created_at"], now)]
    words += [document["experiment"], *document["tags"]]
    name = [Span(document["name"], "heading"), Span("  "), Span(document["id"], "id"), Span("  ")]
    state = [Span(f"{sign(status, style)} {how}", STATUS_ROLES[status]), Span(dot + dot.join(words), "dim")]
    return [name, state] if tall else [[*name, *state]]


def _where(document: RunDocument, style: Style, *, tall: bool) -> list[Line]:
    code, data = document["code"], document["data"]
    commit = (code["commit"] or "no commit")[:10]
    words = f"{code['branch'] or 'detached'} {commit}" + (", with uncommitted work" if code["dirty"] else "")
    version = data["version"][:10] if data["version"] else ""
    if tall:
        own = [line(("data     ", "label"), version)] if version else []
        return [*_labelled(("code", "label"), words, style, tall=True), *own]
    about = f"{sign('dot', style)} data {version}" if version else ""
    return [line(("code     ", "label"), words + " ", (about, "dim"))]


def _params(document: RunDocument, beside: RunDocument | None) -> Sequence[Span]:
    spans: list[Span] = []
    for key, value in document["params"].items():
        changed = beside is not None and beside["params"].get(key) != value
        spans.append(Span(f"{key}={param(value)} ", "mark" if changed else None))
    return spans


def _metric(
    key: str, document: RunDocument, beside: RunDocument | None, better: Better, style: Style, *, first: bool
) -> Line:
    summary = document["metrics"][key]
    spans = [
        Span("metrics  " if first else " " * 9, "label"),
        Span(f"{key}  "),
        Span(number(summary["last"]), "heading"),
    ]
    base = beside["metrics"].get(key) if beside is not None else None
    found = delta(summary["last"], base["last"], better.get(key), style) if base else None
    ends = [Span("  "), found] if found else []
    return [*spans, *_extent(summary, style.width - sum(width(span.text) for span in [*spans, *ends])), *ends]


def _extent(summary: Summary, room: int) -> list[Span]:
    """Least, greatest and how many points, as far as there is room for them whole."""
    points = counted(summary["count"], "point")
    parts = [f"  min {number(summary['min'])}  max {number(summary['max'])}", f"  {points}"]
    texts = (text for text in ("".join(parts), parts[0]) if width(text) <= room)
    return [Span(text, "dim") for text in list(texts)[:1]]
