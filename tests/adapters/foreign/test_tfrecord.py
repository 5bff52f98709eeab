"""Record framing, checksums, the wire format and tensors, against hand-made bytes."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.files import Unreadable
from expbench.adapters.foreign.protobuf import Malformed, fields, signed, varint
from expbench.adapters.foreign.tensorboard import scalars_of
from expbench.adapters.foreign.tensors import scalar_of
from expbench.adapters.foreign.tfrecord import LARGEST, masked_crc32c, read_records


def framed(data: bytes) -> bytes:
    """One record as TensorFlow writes it."""
    head = struct.pack("<Q", len(data))
    return head + struct.pack("<I", masked_crc32c(head)) + data + struct.pack("<I", masked_crc32c(data))


def field(number: int, value: int | bytes) -> bytes:
    """One field of a message: a varint or bytes."""
    if isinstance(value, int):
        return number_bytes(number << 3) + number_bytes(value & (2**64 - 1))
    return number_bytes(number << 3 | 2) + number_bytes(len(value)) + value


def number_bytes(value: int) -> bytes:
    """A varint."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def event(tag: str, value: float, step: int = 0, at: float = 1.0) -> bytes:
    """An event with one scalar, as PyTorch writes it."""
    scalar = field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
    return b"\x09" + struct.pack("<d", at) + field(2, step) + field(5, field(1, scalar))


def _read(data: bytes) -> list[bytes]:
    return list(read_records(io.BytesIO(data), len(data)))


def test_the_checksum_is_that_of_the_standard() -> None:
    """The check value of CRC-32C, masked as the format wants."""
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def test_records_come_in_their_order() -> None:
    assert _read(framed(b"one") + framed(b"") + framed(b"three")) == [b"one", b"", b"three"]


@given(st.integers(0, 40))
def test_a_torn_tail_ends_in_silence(cut: int) -> None:
    whole = framed(b"one")
    data = whole + framed(b"a longer second record")
    assert _read(data[: len(whole) + cut]) in ([b"one"], [b"one", b"a longer second record"])


@pytest.mark.parametrize("place", [0, 8, 12, 15])
def test_a_flipped_bit_ends_the_file_and_is_told(place: int) -> None:
    data = bytearray(framed(b"one") + framed(b"two"))
    start = len(framed(b"one"))
    data[start + place] ^= 1
    records = read_records(io.BytesIO(bytes(data)), len(data))
    assert next(records) == b"one"
    with pytest.raises(Unreadable, match=f"damaged at byte {start}"):
        next(records)


def test_a_large_record_is_passed_over_without_being_read() -> None:
    large = bytes(LARGEST + 1)
    assert _read(framed(large) + framed(b"after")) == [b"after"]


def test_a_length_beyond_the_file_takes_no_memory() -> None:
    head = struct.pack("<Q", 2**63)
    assert _read(head + struct.pack("<I", masked_crc32c(head)) + b"x" * 100) == []


@given(st.integers(0, 2**64 - 1))
def test_numbers_of_any_size(value: int) -> None:
    data = number_bytes(value)
    assert varint(data, 0) == (value, len(data))


def test_negative_steps() -> None:
    (scalar,) = scalars_of(event("loss", 0.5, step=-3))
    assert (scalar.tag, scalar.step, scalar.value, scalar.at) == ("loss", -3, 0.5, 1.0)
    assert signed(2**63 - 1) == 2**63 - 1


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    for read in (lambda: list(fields(data)), lambda: list(scalars_of(data)), lambda: [scalar_of(data)]):
        try:
            read()
        except Malformed:
            continue


@given(st.data())
def test_any_change_of_an_event_is_read_or_malformed(data: st.DataObject) -> None:
    record = bytearray(event("loss", 0.5, 7))
    record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    try:
        list(scalars_of(bytes(record)))
    except Malformed:
        return


@pytest.mark.parametrize(
    ("dtype", "packed", "value"),
    [
        (1, field(5, struct.pack("<f", 0.5)), 0.5),
        (1, b"\x2d" + struct.pack("<f", 0.5), 0.5),
        (1, field(4, struct.pack("<f", 0.5)), 0.5),
        (2, field(6, struct.pack("<d", 0.1)), 0.1),
        (2, field(4, struct.pack("<d", 0.1)), 0.1),
        (3, field(7, number_bytes(2**64 - 5)), -5.0),
        (3, field(7, 7), 7.0),
        (9, field(10, number_bytes(2**40)), 2.0**40),
        (9, field(4, struct.pack("<q", -1)), -1.0),
        (10, field(11, 1), 1.0),
        (14, field(13, 0x3F80), 1.0),
        (19, field(13, 0x3C00), 1.0),
        (23, field(17, 3), 3.0),
        (23, field(17, 2**64 - 1), 2.0**64),
        (23, field(17, number_bytes(2**63)), 2.0**63),
        (23, field(4, struct.pack("<Q", 2**63)), 2.0**63),
        (9, field(10, 2**64 - 1), -1.0),
        (7, field(8, b"text"), None),
        (1, field(5, struct.pack("<ff", 0.5, 0.6)), None),
        (1, field(4, b"123"), None),
        (99, b"", None),
        (0, b"", None),
        (1, b"", 0.0),
    ],
)
def test_scalars_of_every_type(dtype: int, packed: bytes, value: float | None) -> None:
    assert scalar_of(field(1, dtype) + packed) == value


def test_only_tensors_of_one_element_count() -> None:
    content = field(5, struct.pack("<f", 0.5))

    def shaped(*sizes: int) -> bytes:
        return field(1, 1) + field(2, b"".join(field(2, field(1, size)) for size in sizes)) + content

    assert scalar_of(shaped()) == scalar_of(shaped(1)) == scalar_of(shaped(1, 1)) == 0.5
    assert scalar_of(shaped(2)) is None
    assert scalar_of(shaped(0)) is None
