"""TensorBoard's event files: the scalars in them, without TensorFlow, protobuf or TensorBoard."""

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

from expbench.adapters.files import Unreadable
from expbench.adapters.foreign.protobuf import Malformed, bytes_of, double_of, fields, float_of, int_of, signed
from expbench.adapters.foreign.records import Full, Gathering, open_regular
from expbench.adapters.foreign.tensors import scalar_of
from expbench.adapters.foreign.tfrecord import read_records

SOURCE: Final = "tensorboard"
# Fields of Event, Summary and Summary.Value.
_WALL_TIME, _STEP, _SUMMARY = 1, 2, 5
_VALUE = 1
_TAG, _SIMPLE, _TENSOR, _METADATA = 1, 2, 8, 9
_SCALARS: Final = frozenset({"", "scalars"})


class Scalar(NamedTuple):
    """One logged number; `at` is unix time in seconds."""

    tag: str
    step: int
    at: float
    value: float


def gather(root: str, paths: list[str], warnings: list[str]) -> Gathering:
    """The scalars of these event files by the folder that each is in; what was wrong is added to the warnings."""
    found = Gathering(SOURCE)
    for path in paths:
        folder = os.path.dirname(path) or "."
        try:
            with open_regular(os.path.join(root, path)) as file:
                for record in read_records(file, os.fstat(file.fileno()).st_size):
                    for scalar in scalars_of(record):
                        found.add(folder, scalar.tag, scalar.step, scalar.at, scalar.value)
        except OSError as error:
            warnings.append(f"{path} was not read: {error.strerror or error}")
        except (Malformed, Unreadable) as error:
            warnings.append(f"{path} was not read to its end: {error}")
        except Full as full:
            warnings.append(f"TensorBoard's event files hold {full}; the rest is not recorded")
            break
    return found


def scalars_of(record: bytes) -> Iterator[Scalar]:
    """The scalars of one event. Raises `Malformed`."""
    at, step, summaries = 0.0, 0, []
    for number, value in fields(record):
        if number == _WALL_TIME:
            at = double_of(value)
        elif number == _STEP:
            step = signed(int_of(value))
        elif number == _SUMMARY:
            summaries.append(bytes_of(value))
    for summary in summaries:
        for number, value in fields(summary):
            if number == _VALUE and (scalar := _scalar(bytes_of(value), step, at)):
                yield scalar


def _scalar(message: bytes, step: int, at: float) -> Scalar | None:
    tag, number, plugin = "", None, ""
    for field, value in fields(message):
        if field == _TAG:
            tag = bytes_of(value).decode("utf-8", "replace")
        elif field == _SIMPLE:
            number = float_of(value)
        elif field == _TENSOR:
            number = scalar_of(bytes_of(value))
        elif field == _METADATA:
            plugin = _plugin(bytes_of(value))
    return Scalar(tag, step, at, number) if tag and number is not None and plugin in _SCALARS else None


def _plugin(metadata: bytes) -> str:
    """The name of the plugin that a value is for; empty when it is not said."""
    for number, value in fields(metadata):
        if number == 1:
            for inner, name in fields(bytes_of(value)):
                if inner == 1:
                    return bytes_of(name).decode("utf-8", "replace")
    return ""
