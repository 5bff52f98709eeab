"""The wire format of protocol buffers, as far as TensorBoard's events need it.

Anything that is not well formed raises `Malformed`; nothing is believed about a length before it is checked.
"""

import struct
from collections.abc import Iterator
from typing import Final

# (field number, value): an int for a varint, bytes for all other kinds.
Field = tuple[int, int | bytes]

_VARINT: Final = 0
_FIXED64: Final = 1
_BYTES: Final = 2
_FIXED32: Final = 5
_FLOAT: Final = struct.Struct("<f")
_DOUBLE: Final = struct.Struct("<d")


class Malformed(ValueError):
    """Bytes that are no message."""


def fields(data: bytes) -> Iterator[Field]:
    """The fields of a message in their order. Raises `Malformed`."""
    place, size = 0, len(data)
    while place < size:
        tag, place = varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = varint(data, place)
            yield number, value
            continue
        if kind == _BYTES:
            length, place = varint(data, place)
        elif kind in {_FIXED64, _FIXED32}:
            length = 8 if kind == _FIXED64 else 4
        else:
            raise Malformed("an unknown kind of field")
        if length > size - place:
            raise Malformed("a field that is longer than its message")
        yield number, data[place : place + length]
        place += length


def varint(data: bytes, place: int) -> tuple[int, int]:
    """An unsigned number and the place behind it. Raises `Malformed`."""
    value = shift = 0
    for byte in data[place : place + 10]:
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, place
        shift += 7
    raise Malformed("a number without an end")


def signed(value: int) -> int:
    """A varint as a 64-bit integer with a sign."""
    return value - 2**64 if value >= 2**63 else value


def float_of(value: int | bytes) -> float:
    """A fixed 32-bit field as a float. Raises `Malformed`."""
    return _unpacked(_FLOAT, value)


def double_of(value: int | bytes) -> float:
    """A fixed 64-bit field as a float. Raises `Malformed`."""
    return _unpacked(_DOUBLE, value)


def bytes_of(value: int | bytes) -> bytes:
    """A field of bytes. Raises `Malformed`."""
    if isinstance(value, int):
        raise Malformed("a number where bytes must be")
    return value


def int_of(value: int | bytes) -> int:
    """A field that is a varint. Raises `Malformed`."""
    if not isinstance(value, int):
        raise Malformed("bytes where a number must be")
    return value


def _unpacked(form: struct.Struct, value: int | bytes) -> float:
    if isinstance(value, int) or len(value) != form.size:
        raise Malformed("a float of another size")
    number: float = form.unpack(value)[0]
    return number
