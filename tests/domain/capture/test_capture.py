"""Output in pieces into points: bars, tracebacks, patterns, limits, and cost."""

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.capture.capture import MOST_KEYS, LineCapture, Point
from expbench.domain.capture.settings import capture_settings


def _points(*pieces: bytes, **section: object) -> list[Point]:
    capture = LineCapture(capture_settings({"capture": section}))
    return [point for piece in pieces for point in capture.feed(piece)] + capture.finish()


def test_points_come_with_their_line() -> None:
    capture = LineCapture()
    assert capture.feed(b"epoch 3 loss=0.") == []
    assert capture.feed(b"31 acc=0.9\nloss: ") == [Point("loss", 0.31, 3), Point("acc", 0.9, 3)]
    assert capture.feed(b"0.5") == []
    assert capture.finish() == [Point("loss", 0.5, None)]
    assert capture.finish() == []


def test_lines_keep_their_order() -> None:
    text = b"".join(b"noise %d\nloss: 0.%d\nstep %d acc 0.5\n" % (n, n, n) for n in range(1, 50))
    points = _points(text)
    assert [point.step for point in points if point.key == "acc"] == list(range(1, 50))
    assert [point.key for point in points[:4]] == ["loss", "acc", "loss", "acc"]


def test_a_bar_gives_one_point_however_often_it_is_redrawn() -> None:
    bar = "".join(
        f"\rEpoch 2: {n * 10:3}%|{'█' * n}{' ' * (10 - n)}| {n}/10 [00:0{n % 10}<00:00, v_num=0, train_loss=0.{n}]"
        for n in range(1, 10)
    )
    assert _points(bar.encode() + b"\n") == [Point("train_loss", 0.9, 2)]
    assert _points(*(byte.encode() for byte in bar), b"\n") == [Point("train_loss", 0.9, 2)]


def test_a_keras_bar_on_a_terminal_and_line_by_line() -> None:
    states = [f"{n}/32 ━━━━━━━━━━━━ 1s 3ms/step - accuracy: 0.{n} - loss: 0.3" for n in (1, 20, 32)]
    wanted = [Point("accuracy", 0.32, None), Point("loss", 0.3, None)]
    assert _points(("\x08" * 60 + "\r").join(states).encode() + b"\n") == wanted
    assert _points("\n".join(states).encode() + b"\n") == wanted


def test_a_message_above_a_bar_is_read() -> None:
    """`tqdm.write` wipes the bar, prints, and draws it again."""
    assert _points(b"\r 50%|##  | 5/10\r" + b" " * 20 + b"\rloss: 0.3\n\r 60%|## | 6/10") == [
        Point("loss", 0.3, None)
    ]


def test_nested_bars_give_their_last_states() -> None:
    inner = b"".join(b"\n\rinner: 100%%|##| %d/9 [00:01<00:00, loss=0.%d]\x1b[A" % (n, n) for n in range(1, 10))
    points = _points(b"\router:   0%|  | 0/1" + inner + b"\n\ndone\n")
    assert points == [Point("loss", 0.9, None)]


def test_outputs_are_not_mixed_within_a_line() -> None:
    capture = LineCapture()
    assert capture.feed(b"loss: 0.", 1) == []
    assert capture.feed(b"acc: 0.7\n", 2) == [Point("acc", 0.7, None)]
    assert capture.feed(b"3\n", 1) == [Point("loss", 0.3, None)]


def test_escapes_and_broken_utf8_are_tolerated() -> None:
    assert _points(b"\x1b[32mloss\x1b[0m: \x1b[1m0.3\x1b[0m\n") == [Point("loss", 0.3, None)]
    assert _points(b"\xff\xfe \xc3( loss: 0.3 \xe2\x94\n") == [Point("loss", 0.3, None)]


def test_a_traceback_tells_nothing_and_what_follows_does() -> None:
    text = (
        b"loss: 0.5\nTraceback (most recent call last):\n"
        b'  File "train.py", line 33, in <module>\n    fit(x, lr=0.1); acc = 0.9\n    loss = 0.3\n'
        b"ValueError: loss = 0.3\nacc: 0.1\n"
    )
    assert _points(text) == [Point("loss", 0.5, None), Point("acc", 0.1, None)]
    assert _points(*(bytes([byte]) for byte in text)) == [Point("loss", 0.5, None), Point("acc", 0.1, None)]
    boxed = "╭─ Traceback (most recent call last) ─╮\n│ ❱ 33 loss=0.3 │\n╰───╯\nacc: 0.1\n"
    assert _points(boxed.encode()) == [Point("acc", 0.1, None)]


def test_a_line_of_more_than_64_kb_is_passed_over() -> None:
    assert _points(b"x" * 70_000 + b" loss: 0.3\nacc: 1.5\n") == [Point("acc", 1.5, None)]


@pytest.mark.parametrize(
    ("pattern", "line", "wanted"),
    [
        (r"score for (?P<key>\w+) is (?P<value>\S+)", b"score for dice is 0.8", [Point("dice", 0.8, None)]),
        (r"\[(?P<step>\d+)\] L (?P<loss>\S+)", b"[7] L 91%", [Point("loss", 91.0, 7)]),
        (r"L (?P<loss>\S+) A (?P<acc>\S+)", b"L 0.5 A 1", [Point("loss", 0.5, None), Point("acc", 1.0, None)]),
        (r"(?P<key>\w)~(?P<value>\d)", b"a~1 b~2", [Point("a", 1.0, None), Point("b", 2.0, None)]),
        (r"took (?P<took_s>[\d.]+)s", b"took 3.2s", [Point("took_s", 3.2, None)]),
        (r"total (?P<total>[\d,]+)", b"total 1,234", [Point("total", 1234.0, None)]),
        (r"x (?P<x>\S+)", b"x nothing", []),
        (r"x (?P<x>\S+)(?P<y>z)?", b"x 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s99999999999999999999 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s9223372036854775807 1", [Point("x", 1.0, 2**63 - 1)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s9223372036854775808 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s-9223372036854775807 1", [Point("x", 1.0, 1 - 2**63)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s+1,000 1", [Point("x", 1.0, 1000)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s--5 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s+-5 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", b"s- 1", [Point("x", 1.0, None)]),
        (r"s(?P<step>\S+) (?P<x>\d)", "s² 1".encode(), [Point("x", 1.0, None)]),
        (r"s(?P<step>\S*) (?P<x>\d)", b"s 1", [Point("x", 1.0, None)]),
        (r"x (?P<x>\S+)", b"x 1e999", [Point("x", math.inf, None)]),
        (r"(?P<key>.+)=(?P<value>\d)", "a\tb\u202e=1".encode(), [Point("a_b_", 1.0, None)]),
        (r"(?P<key>.*)=(?P<value>\d)", b"  =1", []),
    ],
)  # fmt: skip
def test_patterns_of_the_users(pattern: str, line: bytes, wanted: list[Point]) -> None:
    assert _points(line + b"\n", patterns=[pattern]) == wanted


@given(st.text("s+-,.%0123456789 ²_einfNa\x1b\r\n", max_size=40), st.integers(1, 7))
def test_patterns_take_whatever_a_program_prints(text: str, length: int) -> None:
    """One line that they could not read would end the capture of all that follow."""
    line = text.encode() + b"\ns5 1\n"
    pieces = [line[start : start + length] for start in range(0, len(line), length)]
    points = _points(*pieces, patterns=[r"s(?P<step>\S*) (?P<x>\S+)"])
    assert points == _points(line, patterns=[r"s(?P<step>\S*) (?P<x>\S+)"]) or any(map(_is_nan, points))
    assert points[-1] == Point("x", 1.0, 5)


def _is_nan(point: Point) -> bool:
    return math.isnan(point.value)


def test_a_pattern_goes_before_what_is_known_and_leaves_other_lines_alone() -> None:
    points = _points(b"loss: 0.3 of 5\nacc: 0.9\n", patterns=[r"loss: \S+ of (?P<loss>\d)"])
    assert points == [Point("loss", 5.0, None), Point("acc", 0.9, None)]


def test_ignored_keys_are_left_out() -> None:
    assert _points(b"loss: 0.3 lr=0.1\n", ignore=["lr"]) == [Point("loss", 0.3, None)]
    assert _points(b"lr 3\n", ignore=["lr"], patterns=[r"lr (?P<lr>\d)"]) == []


def test_at_most_2000_keys_and_one_warning() -> None:
    capture = LineCapture()
    points = capture.feed(b"".join(b"k%dx=0.5\n" % n for n in range(MOST_KEYS + 100)))
    assert len(points) == MOST_KEYS
    assert capture.feed(b"k1x=0.7 fresh=0.1\n") == [Point("k1x", 0.7, None)]
    (warning,) = capture.warnings
    assert str(MOST_KEYS) in warning


SIGNS = (
    "a 1 1. 1e - +- ( { } {'a': [ \t a= loss: epoch epoch_ ' \" {' nan | │ \\ \\' tensor( \x1b[ \x1b] \r 1, py: A. %"
)
ENDLESS = SIGNS.split(" ")


@pytest.mark.parametrize(
    "unit", [*ENDLESS, " ", "a b ", "a:1 ", "a 1 ", "epoch 1 ", "+ ", " - ", "loss 0.1 ", "a=b "]
)
@pytest.mark.parametrize("before", ["", "loss: 0.3 ", "epoch 3 ", "{'", "| "])
@pytest.mark.parametrize("after", ["", "}", " 0.3"])
def test_no_line_is_slow(unit: str, before: str, after: str) -> None:
    """A line of 60 KB costs a moment; a pattern that backtracks would take seconds to hours."""
    line = before + unit * (60_000 // len(unit.encode())) + after
    began_at = time.process_time()
    LineCapture().feed(line.encode() + b"\n")
    assert time.process_time() - began_at < 1.5


def test_noise_costs_little() -> None:
    """Counted against what the interpreter needs to split and look at each line at all."""
    noise = b"the quick brown fox jumps over the lazy dog and then runs away from the big bear\n" * 800
    began_at = time.process_time()
    for _ in range(20):
        [b"=" in line or b":" in line or b"1" in line for line in noise.split(b"\n")]
    least = time.process_time() - began_at
    capture = LineCapture()
    began_at = time.process_time()
    for _ in range(20):
        capture.feed(noise)
    assert time.process_time() - began_at < 40 * least
