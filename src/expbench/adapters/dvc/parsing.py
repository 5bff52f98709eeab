"""What `.dvc`, `dvc.yaml` and `dvc.lock` files say: which paths are tracked, and with which hash.

The files may come from anybody: a path that leads out of the repository, or into its machinery, is a problem in
words and never a path. YAML is read as plain data. A parser is loaded only for files that DVC did not write as usual.
"""

import os
import posixpath
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from expbench.adapters.dvc.hashing import folder_hash

# DVC hashes this way since 3.0; an output without `hash: md5` is older and DVC itself must hash it.
MD5: Final = "md5"
LEGACY: Final = "legacy"

# Patterns are compiled where they are used: mostly nothing has to be parsed.
_HASH: Final = r"[0-9a-f]{32}(\.dir)?"
_USUAL: Final = (
    r"outs:\n- md5: ([0-9a-f]{32}(?:\.dir)?)\n(?:  (?:size: \d+|nfiles: \d+|isexec: true)\n)*"
    # A name that begins with a digit may be a number to YAML, unless it has an ending of letters.
    r"  hash: md5\n  path: ([A-Za-z_][A-Za-z0-9_./-]*|[0-9][A-Za-z0-9_./-]*\.[A-Za-z]{2}[A-Za-z0-9_]*)\n"
)
_WORDS: Final = frozenset({"null", "true", "false"})  # what YAML reads as something else than text
_MACHINERY: Final = frozenset({".git", ".dvc", ".exp"})
_SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.-]*://"
_TEMPLATE: Final = r"\$\{[^}]*\}"


class Out(NamedTuple):
    """A tracked path relative to the root, the hash that is written down for it, and where.

    `kind` is `MD5` or `LEGACY`; `stage` is the pipeline stage of `dvc.yaml`, "" for a `.dvc` file.
    """

    path: str
    recorded: str
    kind: str
    stage: str


class Parsed(NamedTuple):
    """The tracked paths of one file, and what is wrong with it in words."""

    outs: list[Out]
    problems: list[str]


class _Problem(Exception):
    """One thing of a file that can't be used; its words become a warning."""


def parse_dvc_file(file: str, content: bytes) -> Parsed:
    """The outputs of a `.dvc` file; `file` is its path relative to the root."""
    usual = re.fullmatch(_USUAL, content.decode(errors="replace"))
    if usual and usual[2] not in _WORDS:
        document: Any = {"outs": [{"md5": usual[1], "hash": "md5", "path": usual[2]}]}
        return _outs_of(file, document, document["outs"])
    try:
        document = _yaml(file, content)
        return _outs_of(file, document, _listed(document.get("outs"), f"{file}: outs"))
    except _Problem as problem:
        return Parsed([], [str(problem)])


def parse_pipeline(file: str, content: bytes, lock: bytes | None) -> Parsed:
    """The cached outputs of a `dvc.yaml` with the hashes of the `dvc.lock` beside it."""
    lock_file = posixpath.join(posixpath.dirname(file), "dvc.lock")
    try:
        stages = _mapped(_yaml(file, content).get("stages"), f"{file}: stages")
        locked = _mapped(_yaml(lock_file, lock).get("stages"), f"{lock_file}: stages") if lock else {}
    except _Problem as problem:
        return Parsed([], [str(problem)])
    parsed = Parsed([], [])
    for name, stage in stages.items():
        part = _stage(file, str(name), stage, locked)
        parsed.outs.extend(part.outs)
        parsed.problems.extend(part.problems)
    return parsed


def _stage(file: str, name: str, stage: object, locked: dict[Any, Any]) -> Parsed:
    try:
        stage = _mapped(stage, f"{file}: stage {name}")
        generated = next((stage[word] for word in ("foreach", "matrix") if word in stage), None)
        definition = stage if "do" not in stage else _mapped(stage["do"], f"{file}: stage {name}: do")
        names = [key for key in locked if str(key).startswith(f"{name}@")] if generated else [name]
        parsed = Parsed([], [])
        for each in names:
            part = _stage_outs(file, str(each), definition, locked.get(each))
            parsed.outs.extend(part.outs)
            parsed.problems.extend(part.problems)
        return parsed
    except _Problem as problem:
        return Parsed([], [str(problem)])


def _stage_outs(file: str, name: str, definition: dict[Any, Any], locked: object) -> Parsed:
    """Which outputs are cached says `dvc.yaml`; which paths templates stand for, and the hashes, says `dvc.lock`."""
    entries = _listed(_mapped(locked, f"dvc.lock: stage {name}").get("outs"), f"dvc.lock: {name}: outs")
    by_path = {entry["path"]: entry for entry in entries if isinstance(entry, dict) and _has_path(entry)}
    found: list[dict[Any, Any]] = []
    problems: list[str] = []
    for path, cached in _declared(definition):
        if "${" in path:
            matching = [entry for key, entry in by_path.items() if _stands_for(path, key)]
            if not matching and cached:
                problems.append(f"{file}: {path} of stage {name} is a template that dvc.lock doesn't resolve yet")
        else:
            matching = [by_path.get(path, {"path": path, "hash": "md5"})]
        found.extend(matching if cached else [])
        for entry in matching:
            by_path.pop(entry["path"], None)
    parsed = _outs_of(file, {"wdir": definition.get("wdir")}, found, name)
    return Parsed(parsed.outs, problems + parsed.problems)


def _has_path(entry: dict[Any, Any]) -> bool:
    return isinstance(entry.get("path"), str)


def _stands_for(template: str, path: str) -> bool:
    """Whether `path` may be what a template became. `fnmatch` and no `.+`, which hostile names could make slow."""
    from fnmatch import fnmatchcase

    literals = [re.sub(r"([*?[])", r"[\1]", part) for part in re.split(_TEMPLATE, template)]
    return fnmatchcase(path, "*".join(literals))


def _declared(definition: dict[Any, Any]) -> Iterator[tuple[str, bool]]:
    """The outputs that a stage declares, exact paths before templates, each with whether DVC caches it."""
    found: list[tuple[str, bool]] = []
    for kind in ("outs", "metrics", "plots"):
        for entry in _listed(definition.get(kind), kind):
            pairs = entry.items() if isinstance(entry, dict) else [(entry, {})]
            for path, flags in pairs:
                cached = not (isinstance(flags, dict) and flags.get("cache") is False)
                found.append((str(path), cached))
    return iter(sorted(found, key=lambda pair: "${" in pair[0]))


def _outs_of(file: str, document: dict[Any, Any], entries: list[Any], stage: str = "") -> Parsed:
    outs: list[Out] = []
    problems: list[str] = []
    for entry in entries:
        try:
            entry = _mapped(entry, f"{file}: an output")
            if entry.get("cache") is not False:
                outs.append(_out(file, document.get("wdir"), entry, stage))
        except _Problem as problem:
            problems.append(str(problem))
    return Parsed(outs, problems)


def _out(file: str, wdir: object, entry: dict[Any, Any], stage: str) -> Out:
    path = _place(file, "." if wdir is None else wdir, entry.get("path"))
    recorded = entry.get("md5")
    if recorded is None and isinstance(entry.get("files"), list):
        recorded = _listing_hash(entry["files"])
    if recorded is not None and not re.fullmatch(_HASH, str(recorded)):
        raise _Problem(f"{file}: the hash of {path} is no md5")
    kind = MD5 if entry.get("hash") == "md5" or recorded is None else LEGACY
    return Out(path, "" if recorded is None else str(recorded), kind, stage)


def _listing_hash(files: list[Any]) -> str | None:
    """The hash of a folder that is written down file by file, as version-aware remotes have it."""
    pairs: list[tuple[Any, Any]] = [
        (item.get("relpath"), item.get("md5")) for item in files if isinstance(item, dict)
    ]
    if len(pairs) != len(files) or not all(isinstance(part, str) for pair in pairs for part in pair):
        return None
    return folder_hash(pairs)


def _place(file: str, wdir: object, path: object) -> str:
    """The path relative to the root. Raises `_Problem` for one that leads out of it or into its machinery."""
    if not isinstance(path, str) or not isinstance(wdir, str) or not path:
        raise _Problem(f"{file}: an output has no path")
    if "\0" in path or "\0" in wdir:
        raise _Problem(f"{file}: a path holds a NUL character")
    if re.match(_SCHEME, path) or os.path.isabs(path) or os.path.isabs(wdir) or "${" in wdir:
        raise _Problem(f"{file}: {path} lies outside of the repository and isn't recorded")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(file), wdir, path))
    first = place.split("/", 1)[0]
    if first in {"..", "."} or first in _MACHINERY:
        raise _Problem(f"{file}: {path} lies outside of the repository's files and isn't recorded")
    return place


def _yaml(file: str, content: bytes) -> dict[Any, Any]:
    """The mapping in a YAML file. Raises `_Problem` for anything else."""
    if re.search(rb"^(<<<<<<<|>>>>>>>) ", content, re.MULTILINE):
        raise _Problem(f"{file} holds git conflict markers, so what it tracks isn't known")
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe").load(content.decode())
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise _Problem(f"{file} is no valid YAML, so what it tracks isn't known: {first}") from error
    return _mapped(document, file)


def _mapped(value: object, what: str) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Problem(f"{what} is no mapping")
    return value


def _listed(value: object, what: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Problem(f"{what} is no list")
    return value
