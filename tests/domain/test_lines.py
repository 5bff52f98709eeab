"""Lines of `metrics.jsonl`: all of one counts, or nothing of it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.lines import LONGEST, BadLine, Logged, parse_line


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        (b'{"loss": 0.5}\n', Logged([("loss", 0.5)], None, None)),
        (b'{"loss": 1, "acc": true, "step": 5}', Logged([("loss", 1.0), ("acc", 1.0)], 5, None)),
        (b' {"loss": 1, "step": 5.0, "time": 1.5}\r\n', Logged([("loss", 1.0)], 5, 1.5)),
        (b'{"val": {"loss": 1, "deep": {"x": 2}}}', Logged([("val.loss", 1.0), ("val.deep.x", 2.0)], None, None)),
        (b'{"a": "Infinity", "b": -Infinity}', Logged([("a", math.inf), ("b", -math.inf)], None, None)),
        (
            b'{"": 1, "__proto__": 2, "a/../b": 3}',
            Logged([("", 1.0), ("__proto__", 2.0), ("a/../b", 3.0)], None, None),
        ),
        (b'{"a": 1, "a": 2}', Logged([("a", 2.0)], None, None)),
        (b'{"step": -3}', Logged([], -3, None)),
        (b"{}", Logged([], None, None)),
        (b"\n", None),
        (b"  \t", None),
    ],
)
def test_what_lines_log(line: bytes, logged: Logged | None) -> None:
    assert parse_line(line) == logged


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"loss 0.5", "no JSON"),
        (b'{"loss": 0.5', "no JSON"),
        (b'{"loss": 0.5}{"loss": 0.4}', "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a":' * 990 + b"1" + b"}" * 990, "nested|no JSON"),
        (b"[1]", "no JSON object"),
        (b"5", "no JSON object"),
        (b'{"loss": null}', "'loss' is no number"),
        (b'{"loss": "0.5"}', "'loss' is no number"),
        (b'{"loss": [1]}', "'loss' is no number"),
        (b'{"good": 1, "loss": "x"}', "'loss' is no number"),
        (b'{"loss": 1' + b"0" * 400 + b"}", "'loss' is no number"),
        (b'{"loss": 1' + b"0" * 5000 + b"}", "no JSON"),
        (b'{"loss": 1, "step": 1.5}', "step"),
        (b'{"loss": 1, "step": true}', "step"),
        (b'{"loss": 1, "step": "5"}', "step"),
        (b'{"loss": 1, "step": 9223372036854775808}', "step"),
        (b'{"loss": 1, "step": 1e300}', "step"),
        (b'{"loss": 1, "step": NaN}', "step"),
        (b'{"loss": 1, "time": "now"}', "time"),
        (b'{"loss": 1, "time": -1}', "time"),
        (b'{"loss": 1, "time": NaN}', "time"),
        (b'{"loss": 1, "time": 1795231702000}', "time"),
        (b'{"loss": 1}' + b" " * LONGEST, "longer"),
    ],
)
def test_what_logs_nothing(line: bytes, why: str) -> None:
    with pytest.raises(BadLine, match=why):
        parse_line(line)


def test_nan() -> None:
    for line in (b'{"a": NaN}', b'{"a": "NaN"}'):
        logged = parse_line(line)
        assert logged is not None
        assert math.isnan(logged.points[0][1])


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(line: bytes) -> None:
    try:
        parse_line(line)
    except BadLine:
        return


@given(
    st.dictionaries(
        st.text().filter(lambda key: key not in ("step", "time")), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_every_flat_object_of_numbers_is_understood(document: dict[str, float]) -> None:
    logged = parse_line(json.dumps(document).encode())
    assert logged is not None
    assert dict(logged.points) == document
