"""Values as people read them."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.render.values import age, counted, duration, listed, number, number_pair, param, signed, size, timestamp


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.98123, "0.98123"),
        (0.9812345678, "0.98123"),
        (1.0, "1.0"),
        (3, "3"),
        (-0.0, "-0.0"),
        (1e-05, "1e-05"),
        (1 / 3, "0.33333"),
        (0.1 + 0.2, "0.3"),
        (12345.678, "12346"),
        (100000.5, "100000.5"),
        (123456789.123, "123456789.1"),
        (1e300, "1e+300"),
        (2**63, "9223372036854775808"),
        (10**30, "1e+30"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ("NaN", "NaN"),
        ("\x1b", "\\x1b"),
        (None, "-"),
    ],
)
def test_number(value: float | str | None, text: str) -> None:
    assert number(value) == text


def test_an_integer_beyond_all_floats_is_told_by_its_size() -> None:
    assert number(10**5000) == "2**16609.."
    assert number(-(10**5000)) == "-2**16609.."


def test_two_numbers_that_differ_are_never_shown_alike() -> None:
    assert number_pair(0.981231, 0.981232) == ("0.981231", "0.981232")
    assert number_pair(1.0, 2.0) == ("1.0", "2.0")
    assert number_pair(None, 2.0) == ("-", "2.0")


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_floats_that_differ_look_different(a: float, b: float) -> None:
    texts = number_pair(a, b)
    assert (texts[0] != texts[1]) or a == b


def test_signed() -> None:
    assert [signed(0.01), signed(-3)] == ["+0.01", "-3"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        (0.1, "0.1"),
        (1e-4, "0.0001"),
        ("adam", "adam"),
        ("1", '"1"'),
        ("1e5", '"1e5"'),
        ("true", '"true"'),
        ("", '""'),
        (" x", '" x"'),
        ("nan", "nan"),
        ("a\nb", "a\\nb"),
        ([1, "é"], '[1, "é"]'),
    ],
)
def test_param_tells_a_text_from_what_it_looks_like(value: Any, text: str) -> None:
    assert param(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.0, "0s"),
        (0.001, "<0.01s"),
        (0.42, "0.42s"),
        (7.5, "7.5s"),
        (42.0, "42s"),
        (59.7, "1m00s"),
        (62.4, "1m02s"),
        (3599.7, "1h00m"),
        (3723.0, "1h02m"),
        (90000.0, "1d01h"),
        (-62.4, "-1m02s"),
        (float("inf"), "-"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-03-01T12:00:00Z", "now"),
        ("2026-03-01T11:59:18Z", "42s ago"),
        ("2026-03-01T09:00:00.000000Z", "3h ago"),
        ("2026-02-27T12:00:00Z", "2d ago"),
        ("2026-02-10T12:00:00Z", "2w ago"),
        ("2025-01-01T12:00:00Z", "1y ago"),
        ("2026-03-01T15:00:00Z", "in 3h"),
        ("2026-03-01T09:00:00", "3h ago"),
        ("yesterday\x1b", "yesterday\\x1b"),
        (None, "-"),
    ],
)
def test_age(at: str | None, text: str) -> None:
    assert age(at, "2026-03-01T12:00:00Z") == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "-"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_999, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (10**13, "10.0 TB"),
        (10**19, "10.0 EB"),
    ],
)
def test_size(count: int | None, text: str) -> None:
    assert size(count) == text


def test_timestamp_in_a_zone() -> None:
    at = "2026-03-01T23:30:00.123456Z"
    assert timestamp(at) == "2026-03-01 23:30:00 UTC"
    assert timestamp(at, timezone(timedelta(hours=1), "CET")) == "2026-03-02 00:30:00 CET"
    assert timestamp(at, None).startswith("2026-03-")
    assert timestamp("9999-12-31T23:59:59Z", timezone(timedelta(hours=5))) == "9999-12-31 23:59:59 UTC"
    assert timestamp("soon\u202e") == "soon\\u202e"
    assert timestamp(None) == "-"


def test_counted_and_listed() -> None:
    assert [counted(1, "file"), counted(2048, "file"), counted(2, "entry", "entries")] == [
        "1 file",
        "2,048 files",
        "2 entries",
    ]
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
