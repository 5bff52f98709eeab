"""Values as people type them: numbers, durations, moments, and the one form in which times are compared."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.query.values import Moment, as_duration, as_moment, as_number, canonical
from tests.domain.query.questions import NOW

_ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=_ZONES)  # zones come apart
LONG = "9" * 400


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("-0", 0), ("+7", 7), ("007", 7), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("-1.5E-2", -0.015),
        ("inf", math.inf), ("-Infinity", -math.inf), ("1e999", math.inf), (LONG, math.inf),
        ("9" * 300, int("9" * 300)), ("9007199254740993", 9007199254740993),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float) -> None:
    found = as_number(text)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("text", ["NaN", "nan", "-nan", "+NAN"])
def test_nan_is_a_number(text: str) -> None:
    number = as_number(text)
    assert number is not None
    assert math.isnan(number)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", ".", "e5", "1e", "1_000", "1,5", "0x10", " 1", "1 ", "1\n", "--1", "infinit", "1j", "½", "²"],
)
def test_what_is_no_number(text: str) -> None:
    assert as_number(text) is None


@given(st.integers(-(10**299), 10**299))
def test_integers_stay_exact(number: int) -> None:
    assert as_number(str(number)) == number


@given(st.floats(allow_nan=False))
def test_a_float_written_is_the_same_float(number: float) -> None:
    assert as_number(repr(number)) == number


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90), ("1.5", 1.5), ("250ms", 0.25), ("30s", 30), ("2m", 120), ("1h30m", 5400), ("-2d", -172_800),
        ("+1w", 604_800), (".5h", 1800), ("1.h", 3600), ("0s", 0), ("30m1h", 5400), ("1s1s", 2), ("inf", math.inf),
        (f"{LONG}w", math.inf), (f"-{LONG}w", -math.inf),
    ],
)  # fmt: skip
def test_durations(text: str, seconds: float) -> None:
    assert as_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "h", "1 h", "1h-2m", "1H", "1y", "1h30", "1mss", "٣h", "--1h", "1h\n", "1e3s"])
def test_what_is_no_duration(text: str) -> None:
    assert as_duration(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"),
        ("2024-02-29", "2024-02-29T00:00:00.000000Z", "2024-03-01T00:00:00.000000Z"),
        ("2026-01-31T12:30", "2026-01-31T12:30:00.000000Z", "2026-01-31T12:31:00.000000Z"),
        ("2026-01-31 12:30:05", "2026-01-31T12:30:05.000000Z", "2026-01-31T12:30:06.000000Z"),
        ("2026-01-31T12:30:05.2", "2026-01-31T12:30:05.200000Z", "2026-01-31T12:30:05.300000Z"),
        ("2026-01-31T12:30:05,123456", "2026-01-31T12:30:05.123456Z", "2026-01-31T12:30:05.123457Z"),
        ("2026-01-31T12:30Z", "2026-01-31T12:30:00.000000Z", "2026-01-31T12:31:00.000000Z"),
        ("2026-01-31T00:30+01:00", "2026-01-30T23:30:00.000000Z", "2026-01-30T23:31:00.000000Z"),
        ("2026-01-31T23:30-0100", "2026-02-01T00:30:00.000000Z", "2026-02-01T00:31:00.000000Z"),
        ("today", "2026-03-10T00:00:00.000000Z", "2026-03-11T00:00:00.000000Z"),
        ("YESTERDAY", "2026-03-09T00:00:00.000000Z", "2026-03-10T00:00:00.000000Z"),
        ("now", "2026-03-10T12:00:00.000000Z", "2026-03-10T12:00:00.000001Z"),
        ("-2d", "2026-03-08T12:00:00.000000Z", "2026-03-08T12:00:00.000001Z"),
        ("+1h", "2026-03-10T13:00:00.000000Z", "2026-03-10T13:00:00.000001Z"),
        ("0", "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.001000Z"),
        ("1769862600000", "2026-01-31T12:30:00.000000Z", "2026-01-31T12:30:00.001000Z"),
        ("-1", "1969-12-31T23:59:59.999000Z", "1970-01-01T00:00:00.000000Z"),
    ],
)
def test_moments_are_as_long_as_they_were_typed(text: str, start: str, end: str) -> None:
    assert as_moment(text, NOW) == Moment(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2d", "1h30m", "2026-1-1", "2026-02-30", "2025-02-29", "2026-13-01", "0000-01-01",
        "2026-01-01T24:00", "2026-01-01T12", "2026-01-01T12:00:60", "2026-01-01T12:00+24:00", "2026-01-01T12:00:00.",
        "2026-01-01T12:00:00.1234567", "nan", "-nan",
        "2026-01-01\n", "٢٠٢٦-٠١-٠١", "- 2d",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:

    assert as_moment(text, NOW) is None


def test_a_year_alone_is_milliseconds() -> None:
    """A bare number is MLflow's time, whatever it looks like."""
    assert as_moment("2026", NOW) == Moment("1970-01-01T00:00:02.026000Z", "1970-01-01T00:00:02.027000Z")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        *((text, "9999") for text in ("9999-12-31", "9999-12-31T23:59-23:59", "1e400", LONG, "inf", f"+{LONG}w")),
        *((text, "0001") for text in ("0001-01-01", "0001-01-01T00:00+23:59", "-1e400", "-inf", f"-{LONG}d")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("hours", [-23, 0, 14])
def test_the_ends_of_time_are_moments_in_any_zone(text: str, year: str, hours: int) -> None:
    moment = as_moment(text, NOW.astimezone(timezone(timedelta(hours=hours))))
    assert moment is not None
    assert moment.start[:4] == year
    assert moment.start < moment.end


def test_a_date_is_a_day_where_it_is_now() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert as_moment("2026-03-10", tokyo) == Moment("2026-03-09T15:00:00.000000Z", "2026-03-10T15:00:00.000000Z")
    assert as_moment("today", tokyo) == as_moment("2026-03-10", tokyo)


def test_a_now_without_a_zone_is_utc() -> None:
    assert as_moment("today", NOW.replace(tzinfo=None)) == as_moment("today", NOW)


@given(_TIMES)
def test_the_canonical_form_is_the_same_instant_and_stays(moment: datetime) -> None:
    written = canonical(moment.isoformat())
    assert datetime.fromisoformat(written) == moment
    assert canonical(written) == written
    assert len(written) == 27


@given(_TIMES, _TIMES)
def test_canonical_times_sort_as_texts(one: datetime, other: datetime) -> None:
    assert (canonical(one.isoformat()) < canonical(other.isoformat())) is (one < other)


@given(_TIMES)
def test_a_time_in_full_covers_itself(moment: datetime) -> None:
    found = as_moment(moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"), NOW)
    assert found is not None
    assert found.start <= canonical(moment.isoformat()) < found.end


@pytest.mark.parametrize(
    "time", ["", "soon", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "2026-99-99", "\x1b[31m", "x" * 27]
)
def test_what_is_no_time_stays_as_it_is(time: str) -> None:
    """Documents of others hold anything; the zones push two of these out of what can be held."""
    assert canonical(time) == time


def test_a_time_without_a_zone_is_utc() -> None:
    assert canonical("2026-01-31T12:30:00") == "2026-01-31T12:30:00.000000Z"
    assert canonical("2026-01-31") == "2026-01-31T00:00:00.000000Z"
