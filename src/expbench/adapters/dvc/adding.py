"""One file put into the local DVC cache, and the DVC files that let `dvc push` and `dvc fetch --all-tags` carry it.

What must stay true: an object appears whole, durable and under the digest of its own bytes, or not at all; no file
of the user's work tree or of their `.dvc/` configuration is touched.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from expbench.adapters.dvc.config import cache_dir
from expbench.errors import ExpError

_BLOCK: Final = 1 << 20
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ -]*[A-Za-z0-9_]|[A-Za-z0-9_]")
# The settings that DVC reads as paths relative to the file that they stand in.
_PATHS: Final = (
    "url|dir|gdrive_user_credentials_file|gdrive_service_account_json_file_path|credentialpath|configpath|keyfile|"
    "cert_path|key_path"
)
_SETTING: Final = re.compile(rf"^(\s*(?:{_PATHS})\s*=\s*)(\S.*?)\s*$", re.MULTILINE)


class Added(NamedTuple):
    """What went into the cache."""

    md5: str
    sha256: str
    size: int


def add_file(root: str, source: int, sha256: str, told: Callable[[int], None]) -> Added | None:
    """Put the open file's bytes into the cache; None where DVC's configuration names no folder of this machine.

    Raises `ExpError` when they have another SHA-256, or can't be written.
    """
    cache = cache_dir(root)
    if cache is None:
        return None
    objects = os.path.join(cache, "files", "md5")
    try:
        os.makedirs(objects, exist_ok=True)
        draft = os.path.join(objects, f".exp-{os.urandom(8).hex()}.tmp")
        try:
            return _placed(objects, draft, _copy(source, draft, told), sha256)
        finally:
            with suppress(FileNotFoundError):  # it has its place
                os.unlink(draft)
    except OSError as error:
        raise ExpError(
            "the artifact can't be put into the DVC cache",
            f"{error.filename or objects}: {error.strerror}",
            f"df -h {cache}",
        ) from error


def _copy(source: int, draft: str, told: Callable[[int], None]) -> Added:
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    os.lseek(source, 0, os.SEEK_SET)
    with open(draft, "xb") as target:
        while block := os.read(source, _BLOCK):
            md5.update(block)
            sha256.update(block)
            target.write(block)
            size += len(block)
            told(size)
        target.flush()
        os.fsync(target.fileno())
    return Added(md5.hexdigest(), sha256.hexdigest(), size)


def _placed(objects: str, draft: str, added: Added, sha256: str) -> Added:
    if added.sha256 != sha256:
        raise ExpError(
            "the artifact is not what the run made", f"its SHA-256 is {added.sha256}, not {sha256}", "exp doctor"
        )
    folder = os.path.join(objects, added.md5[:2])
    os.makedirs(folder, exist_ok=True)
    os.chmod(draft, 0o444)  # as DVC keeps its objects
    os.rename(draft, os.path.join(folder, added.md5[2:]))
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return added


def tracking_file(added: Added, name: str) -> bytes:
    """A `.dvc` file that says where the object belongs: under this name, beside the file itself."""
    spelled = name if _PLAIN.fullmatch(name) else json.dumps(name)
    return f"outs:\n- md5: {added.md5}\n  size: {added.size}\n  hash: md5\n  path: {spelled}\n".encode()


def portable_config(root: str, text: str) -> str:
    """The text of `.dvc/config` with paths made absolute: under `--all-tags` DVC takes relative ones from `/`."""
    folder = os.path.join(os.path.realpath(root), ".dvc")

    def absolute(match: re.Match[str]) -> str:
        path = match[2].strip("\"'")
        if re.match(r"\w+://", path) or os.path.isabs(os.path.expanduser(path)):
            return match[0]
        return f"{match[1]}{os.path.normpath(os.path.join(folder, path))}"

    return _SETTING.sub(absolute, text)


def names_a_remote(text: str) -> bool:
    """Whether the configuration says where data is pushed to."""
    return re.search(r"^\s*remote\s*=\s*\S", text, re.MULTILINE) is not None
