"""Names with their values in a line of text: `loss: 0.31 - acc=0.9`, `step 100 | loss 0.31`, `| loss | 0.3 |`.

From each separator it looks forward for a value and back, over a bounded stretch, for a name: so that the time
is linear in the line's length. Names and values apart by a space count only beside a counter, or when the line
holds nothing but names that read as metrics.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from expbench.domain.capture.keys import (
    MOST_WORDS,
    is_counted,
    is_never_a_metric,
    is_progress,
    key_of,
    reads_as_quality,
)
from expbench.domain.capture.values import LONGEST, NUMBER, UNITS, is_written_whole, value_at

MOST_PAIRS: Final = 1000
_LOOK_BACK: Final = 240
_SEPARATED: Final = re.compile(rf"[:=](?<![=<>!:+*/~^&-][:=])[ \t]{{0,20}}({NUMBER})")
_BOUNDARY: Final = re.compile(r"[,;|│┃•\t\[\](){}<>=:]|\s[-–—*>→]{1,3}\s|\s{2,}")
_SUFFIX: Final = re.compile(r"[ ]?\(([^()=:]{1,30})\)$")
_NESTED: Final = re.compile(r"[(){}]")
_NAMED_CALL: Final = re.compile(r"\([\w .%@/-]{1,30}\)\s?[:=]")
_IN_SEGMENTS: Final = re.compile(r"[;,|│┃\t\[\]]|\s[-–—•]\s")
_IN_PARENTHESES: Final = re.compile(r"\([^()]{0,40}\)")
_CELLS: Final = re.compile(rf"\s*+[|│┃]\s*+([^|│┃:=]{{1,100}})[|│┃]\s*+({NUMBER})\s*+[|│┃]\s*+")
_ALONE: Final = re.compile(NUMBER)
_PAIR: Final = re.compile(rf"(?<!\S)[A-Za-z_][\w./@-]{{0,60}}+[:=][ \t]?{NUMBER}%?(?![^\s,;|])")


def separated(text: str) -> Iterator[tuple[str, float]]:
    """The values behind a colon or an equals sign."""
    last = 0
    for count, found in enumerate(_SEPARATED.finditer(text)):
        if count == MOST_PAIRS:
            return
        start, end = found.span(1)
        value = value_at(text, start, end)
        name = value and _name_before(text, max(last, found.start() - _LOOK_BACK), found.start())
        last = end
        if not value or not name:
            continue
        clings = start == found.start() + 1 and text[start - 1] == ":"
        doubtful = (clings or value.counts_things) and is_written_whole(value.text)
        if _is_metric(name, value.text, value.percent, must_read_so=doubtful):
            yield name, float(value.text)


def spaced(text: str, *, must_read_so: bool) -> Iterator[tuple[str, float]]:
    """The values behind a space: `loss 0.31 acc 0.9`, also beside `loss=0.1`. Other segments give nothing."""
    for segment in _IN_SEGMENTS.split(_PAIR.sub(";", _IN_PARENTHESES.sub(" ", text)))[:MOST_PAIRS]:
        if ":" not in (words := segment.strip(" :>-*#.)")) and "=" not in words:
            yield from _alternating(words.split(), must_read_so)


def cells(text: str) -> Iterator[tuple[str, float]]:
    """The value of a table's row that has two cells."""
    found = _CELLS.fullmatch(text)
    if found:
        name = key_of(found[1].split(), glued=False)
        if name and len(found[2]) <= LONGEST and _is_metric(name, found[2], percent=False, must_read_so=False):
            yield name, float(found[2])


def without_nested(text: str) -> str:
    """The text without what stands in braces and in the parentheses of calls: `Adam(lr=0.1)`, `{'x': 2.0}`."""
    kept: list[str] = []
    start, depth = 0, 0
    for found in _NESTED.finditer(text):
        place = found.start()
        if found[0] in "({":
            if depth:
                depth += 1
            elif found[0] == "{" or (place and _is_call(text, place)):
                kept.append(text[start:place])
                depth = 1
        elif depth:
            depth -= 1
            start = place + 1
    if not depth:
        kept.append(text[start:])
    return " ".join(kept)


def _is_call(text: str, place: int) -> bool:
    return (text[place - 1].isalnum() or text[place - 1] in "_]") and not _NAMED_CALL.match(text, place)


def _name_before(text: str, start: int, end: int) -> str | None:
    name = text[start:end].rstrip(" \t")
    if end - start - len(name) > 20:
        return None
    return _name(
        _BOUNDARY.split(name)[-1] if not name.endswith(")") else name, text[end] == "=" and text[end - 1] > " "
    )


@lru_cache(maxsize=4096)
def _name(words: str, glued: bool) -> str | None:
    """The key at the end of these words, with what stands in parentheses behind it: `loss (train)`, `Acc(%)`."""
    suffix = ""
    if words.endswith(")"):
        found = _SUFFIX.search(words, max(0, len(words) - 34))
        inner = found[1].strip() if found else ""
        if not found or inner in UNITS:
            return None
        words = _BOUNDARY.split(words[: found.start()])[-1]
        suffix = "" if inner == "%" else "_" + "_".join(inner.split())
    key = key_of(words.split(), glued=glued)
    return key + suffix if key else None


def _alternating(words: list[str], must_read_so: bool) -> list[tuple[str, float]]:
    points: list[tuple[str, float]] = []
    name: list[str] = []
    after_value = False
    for word in words:
        number = word.removesuffix("%")
        if after_value and word in UNITS:
            points.pop()
        elif len(number) > LONGEST or not _ALONE.fullmatch(number):
            name.append(word)
        else:
            key = key_of(name, glued=False) if len(name) <= MOST_WORDS else None
            doubtful = must_read_so or is_written_whole(number)
            if not key or not _is_metric(key, number, number != word, must_read_so=doubtful):
                return []
            points.append((key, float(number)))
            name = []
            after_value = True
            continue
        after_value = False
    return [] if name else points


def _is_metric(key: str, number: str, percent: bool, *, must_read_so: bool) -> bool:
    if is_never_a_metric(key):
        return False
    if must_read_so or (percent and is_written_whole(number)):
        return reads_as_quality(key)
    return not is_progress(key) if percent else not (is_written_whole(number) and is_counted(key))
