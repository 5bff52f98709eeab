"""What may be logged, and what is wrong use."""

import enum
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from expbench.sdk.values import (
    WrongUse,
    checked_key,
    checked_mapping,
    checked_number,
    checked_step,
    checked_tags,
)
from tests.sdk.programs import alone, complaints, only_run, series, values


class Scalar:
    """A scalar as numpy, torch, jax and cupy have it."""

    def __init__(self, held: object) -> None:
        self.held = held

    def item(self) -> object:
        if isinstance(self.held, Exception):
            raise self.held
        return self.held


class Floating:
    def __float__(self) -> float:
        return 2.5


class Whole:
    def __index__(self) -> int:
        return 7


class Words(str, enum.Enum):  # noqa: UP042  # what programs write
    loss = "the loss"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.1, 0.1), (3, 3.0), (True, 1.0), (False, 0.0), (-(2**63), -(2.0**63)), (Decimal("1.25"), 1.25),
        (Fraction(1, 4), 0.25), (Scalar(2), 2.0), (Scalar(0.5), 0.5), (Scalar(True), 1.0), (Floating(), 2.5),
        (Decimal("Infinity"), math.inf), (float("-inf"), -math.inf), (-0.0, -0.0),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: float) -> None:
    assert checked_number(value) == number
    assert math.copysign(1, checked_number(value)) == math.copysign(1, number)
    assert type(checked_number(value)) is float


@pytest.mark.parametrize(
    "value",
    [
        None, "0.5", b"1", bytearray(b"1"), 1j, [1.0], (1,), {"a": 1}, {1}, object(), Scalar("0.5"), Scalar(None),
        Scalar(1j), Scalar([1]), Scalar(ValueError("size 2")), Scalar(RuntimeError("2 elements")), math.sin, Decimal,
    ],
)  # fmt: skip
def test_no_numbers(value: Any) -> None:
    with pytest.raises(TypeError):
        checked_number(value)


def test_nan_is_a_number() -> None:
    assert math.isnan(checked_number(math.nan))
    assert math.isnan(checked_number(Scalar(math.nan)))


@pytest.mark.parametrize("value", [10**400, -(10**400), Fraction(10**400), Scalar(10**400)])
def test_numbers_beyond_all_floats_are_one_cause(value: Any) -> None:
    with pytest.raises(OverflowError, match=r"^a value is beyond all floats$"):
        checked_number(value)


@pytest.mark.parametrize(
    ("step", "kept"), [(None, None), (0, 0), (-5, -5), (True, 1), (Whole(), 7), (2**63 - 1, 2**63 - 1)]
)
def test_steps(step: Any, kept: int | None) -> None:
    assert checked_step(step) == kept


@pytest.mark.parametrize("step", [0.5, 1.0, "1", [1], Scalar(1.0), Decimal(1)])
def test_no_steps(step: Any) -> None:
    with pytest.raises(TypeError, match="integer"):
        checked_step(step)


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 10**400])
def test_steps_beyond_64_bits_are_one_cause(step: int) -> None:
    with pytest.raises(OverflowError, match=r"^the step is beyond 64 bits$"):
        checked_step(step)


def test_keys() -> None:
    assert checked_key("") == ""
    assert checked_key(Words.loss) == "the loss"
    for key in (None, 1, b"loss", ("a",)):
        with pytest.raises(WrongUse, match="str"):
            checked_key(key)


def test_mappings() -> None:
    assert checked_mapping({"a": 1}, "metrics") == {"a": 1}
    for mapping in ([("a", 1)], None, "a", {1: 2}):
        with pytest.raises(WrongUse):
            checked_mapping(mapping, "metrics")


def test_tags_are_words_or_a_mapping_as_mlflow_has_it() -> None:
    assert checked_tags(()) == ([], {})
    assert checked_tags(iter(["a", "b"])) == (["a", "b"], {})
    assert checked_tags({"a": 1}) == ([], {"a": "1"})
    for tags in ("baseline", b"a", 5, [1], {1: "a"}):
        with pytest.raises(WrongUse):
            checked_tags(tags)


CALLS = [
    "log_metric(1, 1)", "log_metric('a', None)", "log_metric('a', '1')", "log_metric('a', [1])",
    "log_metric('a', 1, step=1.0)", "log_metrics([('a', 1)])", "log_metrics({1: 1})", "log({'a': 'b'})",
    "log_param(1, 1)", "log_params([1])", "log_params({1: 1})", "set_tag(1, 'a')", "add_tag(1)", "set_note(None)",
    "log_artifact(5)", "log_artifact('a', to=5)", "log_artifacts(None)", "log_text(5, 'a')", "log_text('a', 5)",
    "log_dict({}, None)", "log_figure(object(), 'a.png')", "log_figure(None, 5)", "log_image([[[1, 2]]], 'a.png')",
    "log_image([[1], [1, 2]], 'a.png')", "start_run(name=5)", "start_run(experiment=b'a')", "start_run(tags='word')",
    "end_run('maybe')", "end_run(3)",
]  # fmt: skip


def test_wrong_use_raises_type_errors_and_records_nothing(repository: Path) -> None:
    checks = "\n".join(f"try: expbench.{call}\nexcept TypeError: pass\nelse: print({call!r})" for call in CALLS)
    done = alone(repository, f"expbench.start_run()\n{checks}")
    assert done.stdout == ""
    assert complaints(done) == []
    document = only_run(repository)
    assert (document["metrics"], document["params"], document["artifacts"]) == ({}, {}, [])
    assert (document["tags"], document["attributes"], document["status"]) == ([], {}, "finished")


KEYS = [
    "", " ", "a/b", "../x", "/etc/passwd", ".", "..", "a b", "A", "a", "loss.api", "~x", "%2F", "\n", "\0",
    "\x1b[31m",
    "über", "損失", "🙂", "e\u0301", "é", "__proto__", "constructor", "\ud800", "k" * 65_536, "損" * 100, "k" * 255,
    "CON", "a\\b", "a:b", "-rf", "'; DROP TABLE", "<script>", "NaN",
    "系統/指標",
]  # fmt: skip


@pytest.mark.parametrize("how", ["log_metric", "log"])
def test_any_text_is_a_key_and_stays_itself(repository: Path, how: str) -> None:
    call = "expbench.log_metric(key, number)" if how == "log_metric" else "expbench.log({key: number})"
    done = alone(repository, f"for number, key in enumerate({KEYS!a}): {call}")
    assert complaints(done) == []
    document = only_run(repository)
    assert set(document["metrics"]) == set(KEYS)
    assert set(series(repository, document)) == set(KEYS)
    for number, key in enumerate(KEYS):
        assert values(repository, key, document) == [float(number)]
        assert document["metrics"][key]["last"] == number
    assert not (repository / "x").exists()


def test_the_key_of_a_digest_is_known_before_its_first_point(repository: Path) -> None:
    """SIGKILL right after a point: the journal has told already whose it is."""
    code = "expbench.log_metric('k' * 400, 1)\nos.kill(os.getpid(), signal.SIGKILL)"
    alone(repository, code, expect=-9)
    assert list(only_run(repository)["metrics"]) == ["k" * 400]


def test_real_numpy(repository: Path) -> None:
    numpy = pytest.importorskip("numpy")
    assert checked_number(numpy.float32(0.5)) == 0.5
    assert checked_number(numpy.array([3])) == 3.0
    assert checked_number(numpy.bool_(True)) == 1.0
    assert checked_step(numpy.int64(4)) == 4
    for value in (numpy.array([1, 2]), numpy.array("0.5"), numpy.str_("1"), numpy.complex128(1)):
        with pytest.raises(TypeError):
            checked_number(value)
    with pytest.raises(TypeError):
        checked_step(numpy.float64(1))
