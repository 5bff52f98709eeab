"""Params and metrics files: YAML, TOML and JSON of the user's, found, read and parsed without trust.

What must stay true: a file that is broken, huge, foreign (a fifo, a link out of the repository) or built to
explode costs a warning and nothing else. A metrics file counts only if it was written since the start.
All paths given out are relative to the repository's root.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from stat import S_ISREG
from typing import Any, Final, NamedTuple

MAX_BYTES: Final = 10_000_000
MAX_YAML_BYTES: Final = 1_000_000  # the parser takes seconds for each of these
MAX_VALUES: Final = 100_000
MAX_DEPTH: Final = 64
_PARAMS: Final = ("params.yaml", "params.yml", "params.toml", "params.json")
_METRICS: Final = ("metrics.json",)
_MERGE: Final = "tag:yaml.org,2002:merge"

Document = dict[Any, Any]
# What tells that a file was written: mtime in nanoseconds, size, inode. None where there is no file.
Stamp = tuple[int, int, int] | None


class Unreadable(ValueError):
    """A file that is not taken in; the text says why."""


class NestedFiles(NamedTuple):
    """Parsed files by path, in the order in which they count, and what must be said about others."""

    documents: dict[str, Document]
    warnings: list[str]


class MetricsWatch(NamedTuple):
    """The metrics files to look at after a run, as they were before it."""

    stamps: Mapping[str, Stamp]
    warnings: tuple[str, ...]


def read_params(root: str, cwd: str = ".", named: Sequence[str] = ()) -> NestedFiles:
    """Params files of the root and of `cwd` (relative to it), those that `dvc.yaml` names, and those named here."""
    warnings: list[str] = []
    paths = dict.fromkeys(_places(cwd, _PARAMS))
    paths.update(dict.fromkeys(_dvc_names(root, cwd, "params", warnings)))
    for path in named:
        paths[os.path.normpath(path)] = None
        if not os.path.lexists(os.path.join(root, path)):
            warnings.append(f"{path} is missing; exp.toml names it as a params file")
    found = _read_all(root, [path for path in paths if os.path.lexists(os.path.join(root, path))])
    return NestedFiles(found.documents, [*warnings, *found.warnings])


def before(root: str, cwd: str = ".", named: Sequence[str] = ()) -> MetricsWatch:
    """The state of all metrics files before a run."""
    warnings: list[str] = []
    paths = dict.fromkeys(_places(cwd, _METRICS))
    paths.update(dict.fromkeys(_dvc_names(root, cwd, "metrics", warnings)))
    paths.update(dict.fromkeys(os.path.normpath(path) for path in named))
    return MetricsWatch({path: _stamp(os.path.join(root, path)) for path in paths}, tuple(warnings))


def written(root: str, watch: MetricsWatch) -> NestedFiles:
    """The metrics files that were written since `before`."""
    now = {path: _stamp(os.path.join(root, path)) for path in watch.stamps}
    found = _read_all(root, [path for path, stamp in now.items() if stamp and stamp != watch.stamps[path]])
    return NestedFiles(found.documents, [*watch.warnings, *found.warnings])


def declared(root: str, cwd: str, section: str) -> list[str]:
    """What `dvc.yaml` (of the root and of `cwd`) names under its own and its stages' `section`, such as `outs`."""
    return [*dict.fromkeys(_dvc_names(root, cwd, section, []))]


def metrics_places(cwd: str) -> list[str]:
    """Where metrics files are looked for that nothing names."""
    return [*dict.fromkeys(_places(cwd, _METRICS))]


def stamps(root: str, paths: Sequence[str]) -> dict[str, Stamp]:
    """The files at these paths and below them, with what tells that one was written; links to folders are left."""
    found: dict[str, Stamp] = {}
    for path in paths:
        place = os.path.join(root, path)
        if not os.path.isdir(place) or os.path.islink(place):
            found.update({path: stamp} if (stamp := _stamp(place)) else {})
            continue
        for folder, _, names in os.walk(place):
            inside = os.path.relpath(folder, root)
            found.update({f"{inside}/{name}": _stamp(os.path.join(folder, name)) for name in names})
    return found


def read_regular(path: str, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file. Raises `Unreadable` for any other kind or size, `OSError` if it can't be read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not S_ISREG(state.st_mode):
            raise Unreadable("it is not a regular file")
        data = file.read(limit + 1) if state.st_size <= limit else b""
    if state.st_size > limit or len(data) > limit:
        raise Unreadable(f"it is larger than {limit // 1_000_000} MB")
    return data


def parse(path: str, data: bytes) -> Document:
    """The table of names that a file of this name holds. Raises `Unreadable`."""
    kind = os.path.splitext(path)[1].lower()
    reader = {".json": _from_json, ".toml": _from_toml, ".yaml": _from_yaml, ".yml": _from_yaml}.get(kind)
    if reader is None:
        raise Unreadable("only .yaml, .yml, .toml and .json files are read")
    try:
        document = reader(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deep") from error
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise Unreadable("it does not hold a table of names")
    _check_size(document)
    return dict(document)


def _read_all(root: str, paths: Sequence[str]) -> NestedFiles:
    documents: dict[str, Document] = {}
    warnings: list[str] = []
    for path in paths:
        try:
            documents[path] = _read(root, path)
        except OSError as error:
            warnings.append(f"{path} was not read: {error.strerror or error}")
        except ValueError as error:
            warnings.append(f"{path} was not read: {' '.join(str(error).split()):.300}")
    return NestedFiles(documents, warnings)


def _read(root: str, path: str) -> Document:
    home, place = os.path.realpath(root), os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([home, place]) != home:
        raise Unreadable("it leads out of the repository")
    return parse(path, read_regular(place))


def _stamp(path: str) -> Stamp:
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _folders(cwd: str) -> list[str]:
    inside = os.path.normpath(cwd)
    return ["."] if inside.startswith("..") or os.path.isabs(inside) else [*dict.fromkeys((".", inside))]


def _places(cwd: str, names: Sequence[str]) -> Iterator[str]:
    for folder in _folders(cwd):
        for name in names:
            yield os.path.normpath(os.path.join(folder, name))


def _dvc_names(root: str, cwd: str, section: str, warnings: list[str]) -> list[str]:
    """The files that `dvc.yaml` names under stages' and its own `params:` or `metrics:`."""
    names: list[str] = []
    for folder in _folders(cwd):
        path = os.path.join(root, folder, "dvc.yaml")
        stamp = _stamp(path)
        if stamp is None:
            continue
        try:
            document = _dvc_document(root, os.path.normpath(os.path.join(folder, "dvc.yaml")), stamp)
        except (OSError, ValueError) as error:
            warnings.append(f"dvc.yaml was not read: {' '.join(str(error).split()):.300}")
            continue
        names += [os.path.normpath(os.path.join(folder, name)) for name in _named(document, section)]
    return names


@lru_cache(maxsize=4)
def _dvc_document(root: str, path: str, _stamp: Stamp) -> Document:
    return _read(root, path)


def _named(document: Document, section: str) -> Iterator[str]:
    for item in _items(document.get(section)):
        yield from _paths_of(item)
    stages = document.get("stages")
    for stage in stages.values() if isinstance(stages, Mapping) else ():
        body = stage.get("do", stage) if isinstance(stage, Mapping) else None
        if isinstance(body, Mapping):
            folder = body.get("wdir") if isinstance(body.get("wdir"), str) else "."
            for item in _items(body.get(section)):
                # A bare word among a stage's params is a key of its default params file.
                names = ["params.yaml"] if section == "params" and isinstance(item, str) else _paths_of(item)
                yield from (os.path.join(str(folder), name) for name in names if "${" not in f"{folder}{name}")


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _paths_of(item: object) -> list[str]:
    names = [*item] if isinstance(item, Mapping) else [item]
    return [name for name in names if isinstance(name, str) and "${" not in name and "://" not in name]


def _from_json(text: str) -> Any:  # noqa: ANN401  # JSON data
    import json

    return json.loads(text)


def _from_toml(text: str) -> Any:  # noqa: ANN401  # TOML data
    import tomllib

    return tomllib.loads(text)


def _from_yaml(text: str) -> Any:  # noqa: ANN401  # YAML data
    if len(text) > MAX_YAML_BYTES:
        raise Unreadable(f"as YAML it is larger than {MAX_YAML_BYTES // 1_000_000} MB")
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        if "<<" in text and "*" in text:
            _merged_pairs(YAML(typ="safe", pure=True).compose(text), {})
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise Unreadable(f"it is not YAML: {error}") from error


def _merged_pairs(node: Any, known: dict[int, int]) -> int:  # noqa: ANN401  # nodes have no types
    """How many pairs a node holds once its `<<` are merged, which the parser would copy one by one."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MAX_VALUES  # what merges itself is endless
    pairs = 0
    for item in node.value if node is not None and isinstance(node.value, list) else ():
        for part in item if isinstance(item, tuple) else (item,):
            inside = _merged_pairs(part, known)
            is_merged = not isinstance(item, tuple) or item[0].tag == _MERGE
            pairs += inside if is_merged else 0
        pairs += 1
    if pairs >= MAX_VALUES:
        raise Unreadable(f"it stands for more than {MAX_VALUES} values")
    known[id(node)] = pairs
    return pairs


def _check_size(document: object) -> None:
    """Raise `Unreadable` for what grows, through aliases, beyond all bounds when it is walked."""
    waiting: list[tuple[object, int]] = [(document, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if count > MAX_VALUES:
            raise Unreadable(f"it stands for more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise Unreadable(f"it is nested more than {MAX_DEPTH} levels deep")
        if isinstance(value, Mapping):
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list | tuple | set):
            waiting += [(inner, depth + 1) for inner in value]
