"""PNG pictures made as small as a screen needs them, line by line, so that a picture of any size takes little memory.

What must stay true: no more is ever unpacked than the header says, and no picture above `MOST_BYTES` at all; what is
wrong with a file is said in a `BadPicture`, never by another error.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from expbench.domain.previews.shrinking import Picture, Planes, Shrinking

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_BYTES: Final = 40_000_000  # of the picture unpacked; a figure of 3000 x 3000 pixels fits
_PIECE: Final = 1 << 16
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


class BadPicture(ValueError):
    """The picture can't be shown; the text says why."""


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    colour: int

    @property
    def bits(self) -> int:
        """The bits of one pixel."""
        return self.depth * _CHANNELS[self.colour]

    @property
    def row_bytes(self) -> int:
        """The bytes of one line, without the one that names its filter."""
        return (self.width * self.bits + 7) // 8


def read_png(data: bytes, columns: int, rows: int, is_wanted: Callable[[], bool] = lambda: True) -> Picture:
    """The picture, at most so many points wide and high. Raises `BadPicture`, also when it is no longer wanted."""
    header, palette, packed = _parts(data)
    spread = _spread(header, palette)
    shrinking = Shrinking(header.width, header.height, columns, rows)
    before = bytes(header.row_bytes)
    step = max(header.bits // 8, 1)
    for line in _lines(header, packed):
        if not is_wanted():
            raise BadPicture("it is no longer wanted")
        before = _unfiltered(line[0], line[1:], before, step)
        shrinking.feed(lambda row=before: spread(row))  # type: ignore[misc]  # a default that mypy can't type
    return shrinking.picture()


def _parts(data: bytes) -> tuple[_Header, tuple[bytes, bytes], list[bytes]]:
    """The header, palette and transparency, and the packed lines in pieces."""
    header: _Header | None = None
    palette = transparency = b""
    packed: list[bytes] = []
    for name, content in _chunks(data):
        if header is None:
            header = _header(name, content)
        elif name == b"PLTE":
            palette = content
        elif name == b"tRNS":
            transparency = content
        elif name == b"IDAT":
            packed.append(content)
    if header is None or not packed:
        raise BadPicture("it is cut short")
    return header, (palette, transparency), packed


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(SIGNATURE):
        raise BadPicture("it is no PNG")
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, end = data[place + 4 : place + 8], place + 8 + length
        if end + 4 > len(data):
            raise BadPicture("it is cut short")
        content = data[place + 8 : end]
        if zlib.crc32(content, zlib.crc32(name)) != int.from_bytes(data[end : end + 4], "big"):
            raise BadPicture("it is damaged: a checksum does not fit")
        if name == b"IEND":
            return
        yield name, content
        place = end + 4
    raise BadPicture("it is cut short")


def _header(name: bytes, content: bytes) -> _Header:
    if name != b"IHDR" or len(content) != 13:
        raise BadPicture("it has no header")
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", content)
    if not width or not height or depth not in _DEPTHS.get(colour, ()) or packing or filtering:
        raise BadPicture("its header makes no sense")
    if interlaced:
        raise BadPicture(f"it is interlaced, {width} x {height}")
    header = _Header(width, height, depth, colour)
    if header.row_bytes * height > MOST_BYTES or width * 4 > MOST_BYTES:
        raise BadPicture(f"it is too large to be shown here, {width} x {height}")
    return header


def _lines(header: _Header, packed: list[bytes]) -> Iterator[bytes]:
    """Exactly as many lines as the header says, each behind the byte of its filter."""
    size = header.row_bytes + 1
    held = bytearray()
    left = header.height
    for piece in _unpacked(packed):
        held += piece
        while left and len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
            left -= 1
        if not left:
            return
    raise BadPicture("it is cut short")


def _unpacked(packed: list[bytes]) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    try:
        for content in packed:
            for start in range(0, len(content), _PIECE):
                rest = content[start : start + _PIECE]
                while rest:
                    piece = stream.decompress(rest, _PIECE)
                    rest = stream.unconsumed_tail
                    yield piece
        yield stream.flush()
    except zlib.error as error:
        raise BadPicture("it is damaged: its lines can't be unpacked") from error


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """The line's own bytes. A byte may be told relative to the one before it, the one above it, or both."""
    if kind == 0:
        return line
    if kind == 1:
        return _after_the_left(line, step)
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(line, above, strict=True))
    if kind == 3:
        return _after_the_mean(line, above, step)
    if kind == 4:
        return _after_the_nearest(line, above, step)
    raise BadPicture("it is damaged: a line has no known filter")


def _after_the_left(line: bytes, step: int) -> bytes:
    made = bytearray(line)
    for channel in range(step):
        values: Iterator[int] = accumulate(line[channel::step], _added)
        made[channel::step] = bytes(values)
    return bytes(made)


def _added(a: int, b: int) -> int:
    return (a + b) & 255


def _after_the_mean(line: bytes, above: bytes, step: int) -> bytes:
    made = bytearray(step)  # what is left of the line counts as zero
    for place, value in enumerate(line):
        made.append((value + (made[place] + above[place]) // 2) & 255)
    return bytes(made[step:])


def _after_the_nearest(line: bytes, above: bytes, step: int) -> bytes:
    """Paeth's filter: relative to whichever of left, above and above left is nearest to left + above - above left."""
    made = bytearray(step)
    higher = bytes(step) + above
    for place, value in enumerate(line):
        left, up, corner = made[place], above[place], higher[place]
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - corner - corner)
        nearest = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        made.append((value + nearest) & 255)
    return bytes(made[step:])


def _spread(header: _Header, palette: tuple[bytes, bytes]) -> Callable[[bytes], Planes]:
    """How a line becomes one line of bytes each for red, green, blue and, where there is one, opacity."""
    tables = _tables(*palette) if header.colour == 3 else None
    channels = _CHANNELS[header.colour]

    def spread(line: bytes) -> Planes:
        values = _bytes_of(line, header)
        if tables is not None:
            return tuple(values.translate(table) for table in tables)
        if channels < 3:
            return (values[::channels],) * 3 + ((values[1::2],) if channels == 2 else ())
        return tuple(values[channel::channels] for channel in range(channels))

    return spread


def _tables(palette: bytes, transparency: bytes) -> tuple[bytes, ...]:
    """For red, green, blue and opacity what each number of the palette stands for; black beyond its end."""
    colours = [palette[channel::3][:256].ljust(256, b"\0") for channel in range(3)]
    return (*colours, transparency[:256].ljust(256, b"\xff"))


def _bytes_of(line: bytes, header: _Header) -> bytes:
    """One byte a channel, from channels of 1 to 16 bits."""
    if header.depth == 8:
        return line
    if header.depth == 16:
        return line[::2]
    mask: int = (1 << header.depth) - 1
    scale: int = 1 if header.colour == 3 else 255 // mask
    shifts = [8 - header.depth * (place + 1) for place in range(8 // header.depth)]
    return bytes((byte >> shift & mask) * scale for byte in line for shift in shifts)[: header.width]
