"""Small wheels in a folder stand in for an index: real pip and real uv install from it, without any network."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from expbench.domain.document import Env, Lock


def wheel(folder: Path, name: str, version: str, text: str = "") -> Path:
    """A wheel of one module with `VERSION` and the text given."""
    stem = f"{name}-{version}"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n{text}",
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{stem}.dist-info/RECORD"] = record + f"{stem}.dist-info/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def recorded(python: str, packages: Mapping[str, str], lock: Lock | None = None) -> Env:
    """An environment as a run records it."""
    return {
        "python": python, "platform": "here", "hash": "", "lock": lock,
        "packages": dict(packages), "hardware": {}, "variables": {},
    }  # fmt: skip
