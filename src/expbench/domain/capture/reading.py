"""One line of output: the metrics that it tells, and their step.

A record (JSON, a printed dict) goes before text. Echoes of commands, warnings, parts of a bar that was printed
line by line, and settings in braces or calls tell nothing.
"""

import re
from typing import Final, NamedTuple

from expbench.domain.capture.keys import clean, is_never_a_metric, is_step_word
from expbench.domain.capture.pairs import cells, separated, spaced, without_nested
from expbench.domain.capture.records import read_record
from expbench.domain.capture.steps import ORDER, find_step, step_of
from expbench.domain.capture.values import WRAPPED

_ECHO: Final = re.compile(
    r"\s*(?:[+]{1,5}|\$)\s|(?:\w{1,40}=\S{0,200}\s){0,5}(?:\S{0,100}/)?(?:torchrun|accelerate|deepspeed|srun|mpirun|bash|sh"
    r"|nohup|pip|wget|curl|docker|export)\s+(?![:=])"
)
_PROGRAM: Final = re.compile(
    r"\bpython[\d.]{0,6}\s{1,3}(?:-[mcuO]\b|\S{1,200}\.py\b)|\.(?:py|sh)\s{1,3}(?:--?\w|[\w.]{1,60}=)"
)
_NOTICE: Final = re.compile(r"\.py:\d{1,7}: \w{0,60}Warning\b|\A\[LightGBM\]")
_PARTIAL_BAR: Final = re.compile(r"\s{0,10}(\d{1,12})/(\d{1,12}) {1,3}[━╸╺\[]")
_PARAMS: Final = re.compile(
    r"(?:params?|parameters|hparams|hyper\w{0,20}|config\w{0,10}|settings|options|args|arguments|kwargs|space|grid|env)\W{0,5}$",
    re.IGNORECASE,
)


class Reading(NamedTuple):
    """Values by key in the order of the line, and the step that the line names."""

    values: dict[str, float]
    step: int | None


NOTHING: Final = Reading({}, None)


def read_line(text: str, redrawn: bool = False) -> Reading:
    """What a line without escapes tells. `redrawn`: it is the last state of a line that was written over."""
    text = text.strip()
    if text.startswith("{"):
        record = read_record(text)
        if record is not None:
            return _of_record(record)
    if _ECHO.match(text) or _PROGRAM.search(text) or _NOTICE.search(text) or (not redrawn and _is_partial_bar(text)):
        return NOTHING
    if text.endswith("}") and (place := text.find("{")) > 0:
        return _with_record(text[:place], text[place:])
    return _of_text(text)


def _of_record(record: dict[str, float]) -> Reading:
    steps: dict[str, int | None] = {}
    values: dict[str, float] = {}
    for name, value in record.items():
        key = clean(name)
        if key is None or is_never_a_metric(key):
            continue
        if is_step_word(key):
            steps.setdefault(re.split(r"[/.]", key)[-1].lower(), step_of(value))
        else:
            values.setdefault(key, float(value))
    return Reading(values, next((steps[word] for word in ORDER if steps.get(word) is not None), None))


def _with_record(before: str, text: str) -> Reading:
    """A line that ends in a record, such as `step 100: {'loss': 0.3}` or `Best params: {'lr': 0.1}`."""
    outside = _of_text(before)
    record = None if _PARAMS.search(before[-40:]) else read_record(text)
    if record is None:
        return outside
    inside = _of_record(record)
    step = inside.step if inside.step is not None else find_step(before).step
    return Reading({**outside.values, **inside.values}, step)


def _of_text(text: str) -> Reading:
    if "(" in text:
        text = WRAPPED.sub(r"\1", text)
    step, rest = find_step(text)
    if "(" in rest or "{" in rest:
        rest = without_nested(rest)
    values: dict[str, float] = {}
    for key, value in (*separated(rest), *spaced(rest, must_read_so=step is None), *cells(rest)):
        if (key := clean(key) or "") and key not in values:
            values[key] = value
    return Reading(values, step)


def _is_partial_bar(text: str) -> bool:
    found = _PARTIAL_BAR.match(text)
    return found is not None and int(found[1]) < int(found[2])
