"""One value set in the text of a YAML file: the place of the value is found, and only that is written anew.

The parser's events tell where each value begins and ends; nothing is loaded and dumped again. What is written is
the same for YAML 1.1 (PyYAML) and 1.2: a text that either takes for something else is quoted.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

_PLAIN: Final = re.compile(r"[A-Za-z./][\w./-]*(?: [\w./-]+)*", re.ASCII)
_OTHER: Final = re.compile(
    r"y|n|yes|no|on|off|true|false|null|none|nan|[.-]+(inf|nan)?|[.\d][\d_.e+-]*|\..*", re.IGNORECASE
)
_NAME: Final = re.compile(r"(?!(?:true|false|null)$)[A-Za-z_][\w-]*", re.ASCII | re.IGNORECASE)
_UNPRINTABLE: Final = re.compile("[\x7f-\x84\x86-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_MERGE: Final = "<<"


class _Spot(NamedTuple):
    """A stretch of the text, and what stands around the value that is written there."""

    start: int
    end: int
    before: str = ""
    after: str = ""
    # The column of the dashes, where the value is a list of them.
    dashes: int | None = None
    quote: str = ""


def set_in_yaml(text: str, key: str, value: Any, name_of: Callable[[object], str]) -> str | None:  # noqa: ANN401
    """The text with the value of the dotted `key` replaced; None where its place can't be found.

    `name_of` tells how a key is called in dotted names. The caller checks that the result means what was wanted.
    """
    spots = list(_Finder(text, name_of).spots(key))
    if not spots:
        return None
    spot = spots[-1]  # of two entries of the same name the later one counts
    return f"{text[: spot.start]}{spot.before}{_written(value, spot, _newline(text))}{spot.after}{text[spot.end :]}"


class _Finder:
    """Walks the events of a text."""

    def __init__(self, text: str, name_of: Callable[[object], str]) -> None:
        from ruamel.yaml import YAML

        self._text = text
        self._name_of = name_of
        self._events = YAML(typ="safe", pure=True).parse(text)

    def spots(self, key: str) -> Iterator[_Spot]:
        for event in self._events:
            if type(event).__name__ == "MappingStartEvent":
                yield from self._mapping(event, key)
                return

    def _mapping(self, opened: Any, wanted: str) -> Iterator[_Spot]:  # noqa: ANN401  # events have no types
        """The places of `wanted`, a dotted name within this mapping, whose start has just been read."""
        first, merges, is_found = None, False, False
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            first = first or event
            name, value = self._name(event), next(self._events)
            merges = merges or name == _MERGE
            if wanted.startswith(f"{name}.") and type(value).__name__ == "MappingStartEvent":
                found = list(self._mapping(value, wanted[len(name) + 1 :]))
                is_found = is_found or bool(found)
                yield from found
                continue
            end = self._end(value)
            if name == wanted:
                is_found = True
                yield self._spot(event, value, end)
        if merges and not is_found and _NAME.fullmatch(wanted):
            yield self._added(opened, first, wanted)

    def _name(self, event: Any) -> str:  # noqa: ANN401
        if type(event).__name__ != "ScalarEvent":
            self._end(event)
            return "\0"  # a key that has no dotted name
        if event.style or _NAME.fullmatch(event.value) or event.value == _MERGE:
            return str(event.value)
        from ruamel.yaml import YAML

        return self._name_of(YAML(typ="safe", pure=True).load(event.value))

    def _end(self, event: Any) -> int:  # noqa: ANN401
        """Read on to the end of a value; gives where its last letter is, without comments behind it."""
        kind = type(event).__name__
        if kind not in ("MappingStartEvent", "SequenceStartEvent"):
            return int(event.start_mark.index) + len(self._span(event).rstrip())
        end = int(event.end_mark.index)
        for inner in self._events:
            if type(inner).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
                return int(inner.end_mark.index) if event.flow_style else end
            if self._span(inner) or type(inner).__name__ != "ScalarEvent":  # an empty value ends before its place
                end = max(end, self._end(inner))
        return end

    def _span(self, event: Any) -> str:  # noqa: ANN401
        return self._text[event.start_mark.index : event.end_mark.index]

    def _spot(self, key: Any, value: Any, end: int) -> _Spot:  # noqa: ANN401
        kind, start = type(value).__name__, int(value.start_mark.index)
        anchor = getattr(value, "anchor", None)
        before = f"&{anchor} " if anchor and kind != "AliasEvent" else ""
        if kind == "ScalarEvent" and not self._span(value):  # nothing is written behind the colon
            start = end = self._text.index(":", key.end_mark.index) + 1
            return _Spot(start, end, " ")
        is_list = kind == "SequenceStartEvent" and not value.flow_style and not anchor
        quote = value.style if kind == "ScalarEvent" and value.style in ("'", '"') else ""
        return _Spot(start, end, before, "", value.start_mark.column if is_list else None, quote)

    def _added(self, opened: Any, first: Any, name: str) -> _Spot:  # noqa: ANN401
        """Where a value goes that the mapping has only from a merged one: before its first key."""
        start = int(first.start_mark.index)
        after = ", " if opened.flow_style else _newline(self._text) + " " * first.start_mark.column
        return _Spot(start, start, f"{name}: ", after)


def _written(value: Any, spot: _Spot, newline: str) -> str:  # noqa: ANN401
    if isinstance(value, list) and value and spot.dashes is not None:
        return (newline + " " * spot.dashes).join(f"- {_flow(item)}" for item in value)
    # Dashes may stand in the column of their key; what else stands below a key stands farther in.
    return ("" if spot.dashes is None else " ") + _flow(value, spot.quote)


def _flow(value: Any, quote: str = "") -> str:  # noqa: ANN401
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(str(key))}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, float):
        return _float(value)
    return _text(value, quote) if isinstance(value, str) else json.dumps(value)


def _float(value: float) -> str:
    if not math.isfinite(value):
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[str(value)]
    written = repr(value)
    # PyYAML takes 1e-05 for a text.
    return written.replace("e", ".0e") if "e" in written and "." not in written else written


def _text(value: str, quote: str = "") -> str:
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if not quote and _PLAIN.fullmatch(value) and not _OTHER.fullmatch(value):
        return value
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
