"""TensorFlow's record files: length, masked CRC-32C of the length, data, masked CRC-32C of the data.

A torn tail (the program was killed, or still writes) ends the file in silence; a checksum that does not fit ends it
with `Unreadable`. Large records hold no scalars and are passed over without being read.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from expbench.adapters.files import Unreadable

LARGEST: Final = 65_536
_HEAD: Final = struct.Struct("<QI")
_CHECKSUM: Final = struct.Struct("<I")


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        remainder = byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
        table.append(remainder)
    return tuple(table)


_TABLE: Final = _crc_table()


def masked_crc32c(data: bytes) -> int:
    """The checksum as these files hold it."""
    crc = 0xFFFFFFFF
    table = _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def read_records(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The records of a file of `size` bytes, without those of more than 64 KB.

    Raises `Unreadable` where it is damaged.
    """
    place = 0
    while place + _HEAD.size <= size:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        length, checksum = _HEAD.unpack(head)
        if masked_crc32c(head[:8]) != checksum:
            raise Unreadable(f"it is damaged at byte {place}")
        end = place + _HEAD.size + length + _CHECKSUM.size
        if end > size:
            return
        if length <= LARGEST:
            data = file.read(length + _CHECKSUM.size)
            if len(data) < length + _CHECKSUM.size:
                return
            if masked_crc32c(data[:length]) != _CHECKSUM.unpack_from(data, length)[0]:
                raise Unreadable(f"it is damaged at byte {place}")
            yield data[:length]
        else:
            file.seek(end)
        place = end
