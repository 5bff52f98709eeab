"""The texts of an exported model: checksums, pinned packages, a Dockerfile. Pure; nothing of data is code in them.

What must stay true: a name from data that would mean something to pip, Docker or sha256sum is spelled so that it
can't, or left out and said.
"""

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, TypedDict

from expbench.domain.document import RunDocument
from expbench.services.modelling import VersionDocument

CHECKSUMS: Final = "SHA256SUMS"
MODEL: Final = "model"
CODE: Final = "code"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_PYTHON: Final = re.compile(r"3\.\d+")
_PYTHON_AT_ALL: Final = "3"


class Exported(TypedDict):
    """What was written, as `exp models export --json` prints it. `dir` is absolute; `files` counts all of them."""

    model: str
    version: str
    run: str | None
    dir: str
    files: int
    artifact: str
    sha256: str
    missing: list[str]


class Requirements(NamedTuple):
    """The text of `requirements.txt`, and packages that pip could not be told."""

    text: str
    left_out: list[str]


def requirements(packages: Mapping[str, str]) -> Requirements:
    """Every package at the version that the run had."""
    lines, left_out = [], []
    for name, version in sorted(packages.items()):
        if _NAME.fullmatch(name) and _VERSION.fullmatch(version):
            lines.append(f"{name}=={version}\n")
        else:
            left_out.append(name)
    return Requirements("".join(lines), left_out)


def checksum_line(sha256: str, path: str) -> str:
    """One line as `sha256sum -c` reads it; a name with a backslash or a line end is spelled as it spells it."""
    spelled = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if spelled != path else ""
    return f"{mark}{sha256}  {spelled}\n"


def dockerfile(version: VersionDocument, document: RunDocument) -> str:
    """An image with the run's Python, its packages, its code and the model."""
    python = _PYTHON.match(document["env"]["python"])
    labels = {
        "model": version["model"],
        "version": version["version"],
        "run": version["run"],
        "artifact": version["artifact"]["path"] if version["artifact"] else "",
        "sha256": version["artifact"]["sha256"] if version["artifact"] else "",
    }
    label_lines = "".join(f"LABEL {key}={json.dumps(value or '')}\n" for key, value in labels.items())
    return f"""\
# Build it here: docker build -t MODEL .
FROM python:{python[0] if python else _PYTHON_AT_ALL}-slim
WORKDIR /app
COPY requirements.txt /app/
RUN pip install --no-cache-dir -r requirements.txt
COPY {CODE}/ /app/
COPY {MODEL}/ /app/{MODEL}/
COPY model.json run.json params.json /app/
{_docker_safe(label_lines)}CMD ["python"]
"""


def _docker_safe(text: str) -> str:
    """Docker puts variables into labels; a dollar of data stays a dollar."""
    return text.replace("$", "\\$")
