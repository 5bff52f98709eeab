"""Decoding of index lines: only the fields that a filter asks for, or whole documents, many or few.

msgspec is three times as fast as `json` but costs an import, so a few documents are decoded without it. It refuses
lone surrogates, which `json` writes escaped; such a line is decoded by `json`. Integers of any size stay exact.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from expbench.domain.projection import wanted

Decode = Callable[[bytes], dict[str, Any]]
_FEW: Final = 300


def decode_all(texts: Iterable[bytes]) -> list[dict[str, Any]]:
    """The documents, whole."""
    many = list(texts)
    decode: Decode = json.loads if len(many) < _FEW else _tolerant(_msgspec_decoder(dict[str, Any]))
    with uncollected():
        return [decode(text) for text in many]


def projector(fields: Iterable[str]) -> Decode:
    """A decoder that gives these parts (`domain.projection`) of documents, as far as they have them, or more."""
    shape = {name: _table(keys) for name, keys in sorted(wanted(fields).items())}
    return _tolerant(_msgspec_decoder(_partial(shape)))


def overview(fields: Iterable[str]) -> Decode:
    """A decoder that gives these whole fields, all params and attributes, and of each metric its last value."""
    last: Any = _partial({"last": Any})
    table: Any = dict[str, Any]
    shape = {**dict.fromkeys(fields, Any), "params": table, "attributes": table, "metrics": dict[str, last]}
    return _tolerant(_msgspec_decoder(_partial(shape)))


def _table(keys: set[str] | None) -> Any:  # noqa: ANN401  # a type, made anew
    return Any if keys is None else _partial(dict.fromkeys(sorted(keys), Any))


def _partial(shape: dict[str, Any]) -> Any:  # noqa: ANN401  # a type, made anew
    from typing import TypedDict

    return TypedDict("part", shape, total=False)  # type: ignore[operator]  # made anew for each selection


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector, which would look through everything again and again in bulk decoding."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _msgspec_decoder(shape: Any) -> Decode:  # noqa: ANN401  # msgspec takes any type
    import msgspec

    return msgspec.json.Decoder(shape).decode


def _tolerant(decode: Decode) -> Decode:
    from msgspec import MsgspecError

    def decode_either(text: bytes) -> dict[str, Any]:
        try:
            return decode(text)
        except MsgspecError:
            found: dict[str, Any] = json.loads(text)
            return found

    return decode_either
