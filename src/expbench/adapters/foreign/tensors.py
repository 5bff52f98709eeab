"""One number out of TensorFlow's TensorProto: a scalar of any numeric type, however it is packed."""

import struct
from typing import Final, NamedTuple

from expbench.adapters.foreign.protobuf import bytes_of, fields, int_of, signed, varint


class _Type(NamedTuple):
    """How one element is packed: in `tensor_content`, and in a field of its own."""

    raw: struct.Struct
    field: int
    packed: struct.Struct | None  # None: varints
    is_signed: bool = True  # of varints


_DTYPE, _SHAPE, _CONTENT = 1, 2, 4
_BFLOAT16: Final = 14
_HALVES: Final = frozenset({14, 19})
_TYPES: Final = {
    1: _Type(struct.Struct("<f"), 5, struct.Struct("<f")),
    2: _Type(struct.Struct("<d"), 6, struct.Struct("<d")),
    3: _Type(struct.Struct("<i"), 7, None),
    4: _Type(struct.Struct("<B"), 7, None),
    5: _Type(struct.Struct("<h"), 7, None),
    6: _Type(struct.Struct("<b"), 7, None),
    9: _Type(struct.Struct("<q"), 10, None),
    10: _Type(struct.Struct("<?"), 11, None),
    14: _Type(struct.Struct("<H"), 13, None),
    17: _Type(struct.Struct("<H"), 7, None),
    19: _Type(struct.Struct("<H"), 13, None),
    22: _Type(struct.Struct("<I"), 16, None),
    23: _Type(struct.Struct("<Q"), 17, None, is_signed=False),
}


def scalar_of(message: bytes) -> float | None:
    """The number of a tensor of one element, None for any other tensor. Raises `Malformed`."""
    parts = list(fields(message))
    kind = _TYPES.get(dtype := next((int_of(value) for number, value in parts if number == _DTYPE), 0))
    if kind is None or any(number == _SHAPE and not _is_single(bytes_of(value)) for number, value in parts):
        return None
    for number, value in parts:
        if number == _CONTENT and value:
            content = bytes_of(value)
            return _number(dtype, kind.raw.unpack(content)[0]) if len(content) == kind.raw.size else None
        if number == kind.field:
            return _packed(dtype, kind, value)
    return 0.0 if dtype else None


def _packed(dtype: int, kind: _Type, value: int | bytes) -> float | None:
    if isinstance(value, int):
        return _number(dtype, signed(value) if kind.is_signed else value)
    if kind.packed is None:
        number, end = varint(value, 0)
        return _packed(dtype, kind, number) if end == len(value) else None
    if len(value) != kind.packed.size:
        return None
    return _number(dtype, kind.packed.unpack(value)[0])


def _number(dtype: int, value: float) -> float:
    if dtype in _HALVES:
        bits = int(value) & 0xFFFF
        wide = struct.pack("<I", bits << 16) if dtype == _BFLOAT16 else struct.pack("<H", bits)
        number: float = struct.unpack("<f" if dtype == _BFLOAT16 else "<e", wide)[0]
        return number
    return float(value)


def _is_single(shape: bytes) -> bool:
    """Whether each dimension of a shape is 1."""
    for number, value in fields(shape):
        if number == 2 and any(part == 1 and size != 1 for part, size in fields(bytes_of(value))):
            return False
        if number == 3 and value:
            return False
    return True
