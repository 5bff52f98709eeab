"""A verdict on a reproduction, as `exp show` and `exp repro` tell it: the grade, and whatever differs."""

from collections.abc import Mapping
from typing import Any

from expbench.domain.document import Verdict
from expbench.render.blocks import paragraph
from expbench.render.style import Role, Style, sign
from expbench.render.table import Cell, Column, numeric, table
from expbench.render.values import number

GRADES: Mapping[str, Role] = {"identical": "good", "equal": "good", "different": "bad", "failed": "bad"}


def verdict_text(verdict: Verdict, style: Style) -> str:
    """The lines of a verdict, without a final newline. No line is wider than the style's width."""
    return "\n".join(verdict_lines(verdict, style))


def verdict_lines(verdict: Verdict | None, style: Style) -> list[str]:
    """The grade and the reruns in a line or more, then a table of what differs; nothing where nothing was judged."""
    if verdict is None:
        return []
    by = f", reproduced by {', '.join(verdict['reproduced_by'])}" if verdict["reproduced_by"] else ""
    lines = paragraph(f"{verdict['grade']}{by}", style, GRADES.get(verdict["grade"], "warn"))
    return lines + _differences(verdict, style)


def _differences(verdict: Verdict, style: Style) -> list[str]:
    unequal = [each for each in _compared(verdict) if not each[3]]
    with_step = any(step is not None for *_, step in unequal)
    rows = []
    for name, a, b, _equal, step in unequal:
        cells = [Cell(name), Cell(_shown(a)), Cell(sign("arrow", style), "dim"), Cell(_shown(b))]
        rows.append([*cells, Cell("" if step is None else str(step))] if with_step else cells)
    columns = [Column("differs"), Column("first"), Column(""), Column("again")]
    return table([*columns, *([numeric("from step")] if with_step else [])], rows, style) if rows else []


def _compared(verdict: Verdict) -> list[tuple[str, Any, Any, bool, int | None]]:
    metrics = [
        (item["key"], item["a"], item["b"], item["equal"], item["first_difference_step"])
        for item in verdict["metrics"]
    ]
    outputs = [(item["path"], item["a"], item["b"], item["equal"], None) for item in verdict["outputs"]]
    inputs = [(item["what"], item["a"], item["b"], item["equal"], None) for item in verdict["inputs"]]
    return [*metrics, *outputs, *inputs]


def _shown(value: float | str | None) -> str:
    return value[:10] if isinstance(value, str) else number(value)
