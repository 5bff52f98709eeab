"""Values as people type them: numbers, durations, dates and times, relative or not. All pure: `now` comes in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_INTEGER: Final = re.compile(r"[+-]?\d{1,300}")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN: Final = re.compile(r"(\d+\.?\d*|\.\d+)(ms|[smhdw])", re.ASCII)
_SPANS: Final = re.compile(rf"([+-]?)((?:{_SPAN.pattern})+)", re.ASCII)
_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ](?P<time>\d\d:\d\d(?P<second>:\d\d(?P<part>[.,]\d{1,6})?)?)(?:Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
# Times are kept two days inside what `datetime` can hold, so that no zone can push them out.
_EARLIEST: Final = datetime(1, 1, 3, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 29, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """What a date or time covers, from `start` to just before `end`, in the form that documents hold.

    A date covers its day, a time its minute, second or millisecond, as finely as it was typed.
    """

    start: str
    end: str


def as_number(text: str) -> int | float | None:
    """The number that the whole text is, or None. Signs, exponents, `nan` and `inf` count; `1_000` does not."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def as_duration(text: str) -> float | None:
    """Seconds: of a number alone, or of numbers with units (ms s m h d w) such as `1h30m` or `-2d`."""
    match = _SPANS.fullmatch(text)
    if match is None:
        return as_number(text)
    total = sum(float(number) * _SECONDS[unit] for number, unit in _SPAN.findall(match[2]))
    return -total if match[1] == "-" else total


def as_moment(text: str, now: datetime) -> Moment | None:
    """The time meant: a date, a date with time, `now today yesterday`, `-2d` before now, or ms since 1970.

    What names no zone is in the zone of `now`. None when it is none of these.
    """
    zone = now.tzinfo or UTC
    aware = now.replace(tzinfo=zone)
    if text.lower() in {"today", "yesterday"}:
        midnight = aware.replace(hour=0, minute=0, second=0, microsecond=0)
        return _moment(midnight - timedelta(days=text.lower() == "yesterday"), timedelta(days=1))
    if _DATE.fullmatch(text):
        return _dated(text, aware)
    milliseconds = as_number(text)
    if milliseconds is not None:
        return None if milliseconds != milliseconds else _moment(_later(_EPOCH, milliseconds / 1000), _MILLISECOND)
    if text.lower() == "now":
        return _moment(aware, timedelta(microseconds=1))
    seconds = as_duration(text) if text[:1] in ("-", "+") else None
    return None if seconds is None else _moment(_later(aware, seconds), timedelta(microseconds=1))


_MILLISECOND: Final = timedelta(milliseconds=1)


def canonical(time: str) -> str:
    """A document's time in the form that sorts as text: UTC with microseconds and a final `Z`."""
    if len(time) == 27 and time[-1] == "Z":
        return time
    try:
        moment = datetime.fromisoformat(time)
        return _written(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # its zone may push it out of what `datetime` can hold
        return time


def _dated(text: str, now: datetime) -> Moment | None:
    match = _DATE.fullmatch(text)
    try:
        start = datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        return None
    if match is None or not match["time"]:
        span = timedelta(days=1)
    elif match["part"]:
        span = timedelta(microseconds=10 ** (7 - len(match["part"])))
    else:
        span = timedelta(seconds=1) if match["second"] else timedelta(minutes=1)
    return _moment(start if start.tzinfo else start.replace(tzinfo=now.tzinfo), span)


def _later(start: datetime, seconds: float) -> datetime:
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return _EARLIEST if seconds < 0 else _LATEST


def _moment(start: datetime, span: timedelta) -> Moment:
    inside = min(max(start, _EARLIEST), _LATEST)
    return Moment(_written(inside), _written(inside + span))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
