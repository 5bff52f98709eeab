"""Values as people read them: numbers, durations, ages, sizes, times, params. Exact values are in `--json`.

Nothing here raises for a value that a document can hold, and every text that comes out is printable.
"""

from datetime import UTC, datetime, tzinfo
from math import isfinite
from typing import Any, Final

from expbench.render.printable import printable

_DIGITS: Final = 5
_WORDS: Final = frozenset({"", "null", "true", "false", "NaN", "Infinity", "-Infinity"})
_SECOND, _MINUTE, _HOUR, _DAY, _YEAR = 1, 60, 3600, 86400, 365 * 86400
_AGES: Final = ((_YEAR, "y"), (30 * _DAY, "mo"), (7 * _DAY, "w"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"), (1, "s"))
_SIZES: Final = ("kB", "MB", "GB", "TB", "PB", "EB")


def number(value: float | str | None, digits: int = _DIGITS) -> str:
    """A number with at most `digits` significant digits, exact where that is as short; "-" for None."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, int):
        return _integer(value)
    if not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    exact = repr(value)
    short = f"{value:.1f}" if 10**digits <= abs(value) < 1e9 else f"{value:.{digits}g}"
    return exact if len(exact) <= max(len(short), digits + 1) else short


def number_pair(a: float | str | None, b: float | str | None) -> tuple[str, str]:
    """Two numbers that differ, with as many digits as it takes to see it."""
    for digits in (_DIGITS, 8, 12, 17):
        texts = number(a, digits), number(b, digits)
        if texts[0] != texts[1]:
            return texts
    return printable(repr(a)), printable(repr(b))


def signed(value: float) -> str:
    """A difference with its sign, such as `+0.0123`."""
    text = number(value)
    return text if text.startswith("-") else f"+{text}"


def param(value: Any) -> str:  # noqa: ANN401  # any JSON value, so that a foreign document is shown too
    """A param's value; a text that would be taken for something else is in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return number(value, 12)
    if isinstance(value, str):
        return printable(_quoted(value) if _misleads(value) else value)
    import json

    return printable(json.dumps(value, ensure_ascii=False, default=str))


def duration(seconds: float | None) -> str:
    """`0.42s`, `7.5s`, `1m02s`, `3h05m`, `2d04h`; "-" for None."""
    if seconds is None or not isfinite(seconds):
        return "-"
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if seconds < 10:
        return f"{seconds:.2g}s" if seconds >= 0.01 or seconds == 0 else "<0.01s"
    whole = round(seconds)
    for unit, part, letters in ((_DAY, _HOUR, "dh"), (_HOUR, _MINUTE, "hm"), (_MINUTE, _SECOND, "ms")):
        if whole >= unit:
            return f"{whole // unit}{letters[0]}{whole % unit // part:02d}{letters[1]}"
    return f"{whole}s"


def age(at: str | None, now: str) -> str:
    """How long ago a moment was, in its largest unit: `3h ago`; both are ISO 8601. "-" for None."""
    moment, present = _moment(at), _moment(now)
    if moment is None or present is None:
        return printable(at) if at else "-"
    seconds = (present - moment).total_seconds()
    for unit, name in _AGES:
        if abs(seconds) >= unit:
            count = f"{int(abs(seconds) // unit)}{name}"
            return f"{count} ago" if seconds > 0 else f"in {count}"
    return "now"


def size(count: int | None) -> str:
    """Bytes in powers of 1000: `999 B`, `1.2 MB`; "-" for None."""
    if count is None:
        return "-"
    if abs(count) < 1000:
        return f"{count} B"
    scaled = count / 1000
    for unit in _SIZES[:-1]:
        if abs(scaled) < 999.95:
            return f"{scaled:.1f} {unit}"
        scaled /= 1000
    return f"{scaled:.1f} {_SIZES[-1]}"


def timestamp(at: str | None, zone: tzinfo | None = UTC) -> str:
    """A moment to the second, in this zone (None: the machine's own), with the zone's name; "-" for None."""
    moment = _moment(at)
    if moment is None:
        return printable(at) if at else "-"
    try:
        shown = moment.astimezone(zone)
    except (OverflowError, OSError, ValueError):
        shown = moment
    return printable(f"{shown:%Y-%m-%d %H:%M:%S} {shown.tzname()}")


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2,048 files`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _integer(value: int) -> str:
    if value.bit_length() <= 64:
        return str(int(value))
    try:
        return f"{float(value):.6g}"
    except OverflowError:
        return f"{'-' if value < 0 else ''}2**{value.bit_length() - 1}.."


def _moment(at: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(at or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _misleads(text: str) -> bool:
    """Whether a text, shown bare, would be read as a number, a word of JSON, or not seen at all."""
    if text in _WORDS or text != text.strip() or text.startswith('"'):
        return True
    if len(text) > 40 or text[:1] not in "+-.0123456789":
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    # The escapes of control characters are left to `printable`, so that they are spelled once and alike.
    return '"' + text.replace('"', '\\"') + '"'
