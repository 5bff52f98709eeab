"""PNG: every filter and colour comes out as it went in; whatever is wrong is said; nothing runs away."""

import random
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expbench.domain.previews.png import MOST_BYTES, BadPicture, read_png
from expbench.domain.previews.shrinking import Colour
from tests.domain.previews.pictures import SIGNATURE, chunk, header, png

NOISE = random.Random(3)


def points(data: bytes, columns: int, rows: int) -> list[list[Colour]]:
    return read_png(data, columns, rows).points


def rgb_lines(width: int, height: int) -> list[bytes]:
    return [NOISE.randbytes(3 * width) for _ in range(height)]


@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (0, 1, 2, 3, 4)], ids=str)
def test_every_filter(filters: tuple[int, ...]) -> None:
    lines = rgb_lines(13, 11)
    expected = [[tuple(line[place : place + 3]) for place in range(0, 39, 3)] for line in lines]
    found = read_png(png(lines, 13, filters=filters), 13, 11)
    assert (found.width, found.height) == (13, 11)
    assert found.points == expected


@pytest.mark.parametrize("filters", [(1,), (3,), (4,)])
def test_filters_of_one_byte_a_pixel(filters: tuple[int, ...]) -> None:
    lines = [NOISE.randbytes(9) for _ in range(5)]
    found = points(png(lines, 9, colour=0, filters=filters, step=1), 9, 5)
    assert [[point[0] for point in row] for row in found] == [list(line) for line in lines]


def test_grey_and_opacity() -> None:
    clear, half, full = (0, 0), (0, 128), (0, 255)
    found = points(png([bytes([*clear, *half, *full])], 3, colour=4, step=2), 3, 1)
    assert found == [[(255, 255, 255), (127, 127, 127), (0, 0, 0)]]


def test_colour_with_opacity() -> None:
    found = points(png([bytes([10, 20, 30, 255, 10, 20, 30, 0])], 2, colour=6, step=4), 2, 1)
    assert found == [[(10, 20, 30), (255, 255, 255)]]


def test_a_palette_with_opacity() -> None:
    palette = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0])) + chunk(b"tRNS", b"\x00")
    found = points(png([bytes([0, 1, 7])], 3, colour=3, step=1, more=palette), 3, 1)
    assert found == [[(255, 255, 255), (0, 255, 0), (0, 0, 0)]]  # the eighth colour is none: black


@pytest.mark.parametrize(
    ("depth", "line", "expected"),
    [(1, b"\xa0", [255, 0, 255]), (2, b"\x1b", [0, 85, 170, 255][:3]), (4, b"\x0f\x80", [0, 255, 136])],
)
def test_few_bits(depth: int, line: bytes, expected: list[int]) -> None:
    found = points(png([line], 3, depth=depth, colour=0, step=1), 3, 1)
    assert [point[0] for point in found[0]] == expected


def test_few_bits_of_a_palette() -> None:
    palette = chunk(b"PLTE", bytes([1, 2, 3, 4, 5, 6]))
    assert points(png([b"\x40"], 2, depth=1, colour=3, step=1, more=palette), 2, 1) == [[(1, 2, 3), (4, 5, 6)]]


def test_sixteen_bits() -> None:
    line = bytes([1, 255, 2, 255, 3, 255])
    assert points(png([line], 1, depth=16, colour=2, step=6), 1, 1) == [[(1, 2, 3)]]


def test_a_large_picture_becomes_means() -> None:
    lines = [bytes([0, 0, 0] * 50 + [200, 100, 0] * 50)] * 100
    found = points(png(lines, 100, filters=(4,)), 2, 2)
    assert found == [[(0, 0, 0), (200, 100, 0)]] * 2


def test_the_shape_is_kept() -> None:
    found = points(png([bytes(300)] * 10, 100), 20, 20)
    assert (len(found[0]), len(found)) == (20, 2)


def test_a_tiny_picture_is_shown_larger() -> None:
    found = points(png([bytes([1, 2, 3, 4, 5, 6])], 2), 5, 9)
    assert found == [[(1, 2, 3)] * 2 + [(4, 5, 6)] * 2] * 2


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_it_always_fits(width: int, height: int, columns: int, rows: int) -> None:
    found = points(png([bytes(3 * width)] * height, width), columns, rows)
    assert 1 <= len(found) <= rows
    assert {len(row) for row in found} == {len(found[0])}
    assert 1 <= len(found[0]) <= columns


GOOD = png(rgb_lines(6, 6), 6, filters=(4,))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no PNG"),
        (b"GIF89a", "no PNG"),
        (SIGNATURE, "cut short"),
        (GOOD[:40], "cut short"),
        (GOOD[:-13], "cut short"),
        (SIGNATURE + chunk(b"IEND", b""), "cut short"),
        (SIGNATURE + chunk(b"IDAT", b""), "no header"),
        (SIGNATURE + header(0, 4), "makes no sense"),
        (SIGNATURE + header(4, 4, depth=3), "makes no sense"),
        (SIGNATURE + header(4, 4, colour=5), "makes no sense"),
        (SIGNATURE + header(4, 4, interlaced=1), "interlaced, 4 x 4"),
        (SIGNATURE + header(2**31, 2**31), "too large"),
        (SIGNATURE + header(100_000, 100_000, depth=1, colour=0), "too large"),
        (SIGNATURE + header(2**31, 1, depth=1, colour=0), "too large"),
        (GOOD.replace(b"IDAT", b"IDaT"), "checksum"),
        (SIGNATURE + header(4, 4) + chunk(b"IDAT", b"no zlib") + chunk(b"IEND", b""), "can't be unpacked"),
        (png([bytes(3)], 1).replace(header(1, 1), header(1, 9)), "cut short"),
        (
            SIGNATURE + header(1, 1) + chunk(b"IDAT", zlib.compress(b"\x09abc")) + chunk(b"IEND", b""),
            "no known filter",
        ),
    ],
)
def test_what_is_wrong_is_said(data: bytes, why: str) -> None:
    with pytest.raises(BadPicture, match=why):
        read_png(data, 10, 10)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_one_wrong_byte_never_brings_it_down(place: int, value: int) -> None:
    damaged = GOOD[:place] + bytes([value]) + GOOD[place + 1 :]
    with suppress(BadPicture):
        read_png(damaged, 6, 6)


def test_a_bomb_unpacks_to_no_more_than_its_header_says() -> None:
    """One line is promised, and a gigabyte's worth of zeros is packed behind it."""
    bomb = zlib.compressobj()
    packed = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    data = SIGNATURE + header(4, 1) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    tracemalloc.start()
    assert read_png(data, 4, 1).points == [[(0, 0, 0)] * 4]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_picture_of_the_largest_size_takes_the_memory_of_its_lines() -> None:
    width = 4096
    height = MOST_BYTES // width
    packed = zlib.compressobj(1)
    pieces = [packed.compress(bytes(width + 1)) for _ in range(height)] + [packed.flush()]
    data = SIGNATURE + header(width, height, colour=0) + chunk(b"IDAT", b"".join(pieces)) + chunk(b"IEND", b"")
    tracemalloc.start()
    found = read_png(data, 20, 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.width == width
    assert peak < 3_000_000


def test_it_is_given_up_when_nobody_wants_it() -> None:
    asked = iter([True, True, False])
    with pytest.raises(BadPicture, match="no longer wanted"):
        read_png(GOOD, 6, 6, lambda: next(asked))
