"""Draw a table of counts as a grey PNG, darker for more, with the standard library alone."""

import struct
import zlib

CELL = 24  # pixels along the side of one cell


def write_png(path, table):
    """Write the rows of `table` (row: the true digit, column: the digit read) as squares of grey."""
    largest = max(max(row) for row in table) or 1
    lines = []
    for row in table:
        # The square root keeps single mistakes visible beside the many right answers.
        greys = bytes(round(255 * (1 - (count / largest) ** 0.5)) for count in row for _ in range(CELL))
        lines.extend([b"\0" + greys] * CELL)  # each line of a PNG begins with its filter: none
    width, height = CELL * len(table[0]), CELL * len(table)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits of grey
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts))


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
