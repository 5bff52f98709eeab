"""Repositories to record in: 1,000 files in git, and 1,000 files that DVC tracks, in either shape.

The `.dvc` files and the cache are written as DVC writes them, since 1,000 calls of DVC would take minutes.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from hashlib import md5
from pathlib import Path

FILES = 1000


def make_project(project: Path, track: Callable[[Path], None]) -> Path:
    """A clean repository of 1,000 small files, with DVC and the data that `track` adds. Made anew each time."""
    shutil.rmtree(project, ignore_errors=True)
    _git(project.parent, "init", "-q", str(project))
    for number in range(FILES):
        file = project / "code" / f"package_{number // 50}" / f"module_{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 20)
    _write_dvc_settings(project)
    track(project)
    _git(project, "add", "-A")
    _git(project, "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-q", "-m", "1,000 files")
    return project


def track_as_one_folder(project: Path) -> None:
    """1,000 data files under one `.dvc` file."""
    entries = [{"md5": _add(project, number), "relpath": f"{number:04}.csv"} for number in range(FILES)]
    listing = json.dumps(entries, sort_keys=True).encode()
    digest = md5(listing, usedforsecurity=False).hexdigest() + ".dir"
    _into_cache(project, digest, listing)
    size = sum((project / "data" / entry["relpath"]).stat().st_size for entry in entries)
    out = f"- md5: {digest}\n  size: {size}\n  nfiles: {FILES}\n  hash: md5\n  path: data\n"
    (project / "data.dvc").write_text("outs:\n" + out)
    (project / ".gitignore").write_text("/data\n")


def track_one_by_one(project: Path) -> None:
    """1,000 data files, each with a `.dvc` file of its own."""
    for number in range(FILES):
        digest = _add(project, number)
        file = project / "data" / f"{number:04}.csv"
        out = f"- md5: {digest}\n  size: {file.stat().st_size}\n  hash: md5\n  path: {file.name}\n"
        file.with_name(f"{file.name}.dvc").write_text("outs:\n" + out)
    (project / "data" / ".gitignore").write_text("".join(f"/{number:04}.csv\n" for number in range(FILES)))


SHAPES = {"one folder": track_as_one_folder, "1,000 .dvc files": track_one_by_one}


def _add(project: Path, number: int) -> str:
    """Write one data file and its copy in the cache; gives its md5."""
    content = f"{number},{number * number}\n".encode() * 100
    file = project / "data" / f"{number:04}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    digest = md5(content, usedforsecurity=False).hexdigest()
    _into_cache(project, digest, content)
    return digest


def _into_cache(project: Path, digest: str, content: bytes) -> None:
    cached = project / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(content)


def _write_dvc_settings(project: Path) -> None:
    (project / ".dvc").mkdir()
    (project / ".dvc" / "config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (project / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (project / ".dvcignore").touch()


def add_pipeline_stage(project: Path, dvc: str) -> Path:
    """Give the project a DVC stage that does nothing, and commit what DVC writes of it.

    It depends on the data where that is one folder; DVC needs minutes for a folder of 1,000 `.dvc` files.
    """
    depends = "    deps:\n    - data\n" if (project / "data.dvc").exists() else ""
    stage = "stages:\n  nothing:\n    cmd: 'true'\n    always_changed: true\n"
    (project / "dvc.yaml").write_text(stage + depends)
    subprocess.run([dvc, "repro", "--quiet"], cwd=project, check=True, capture_output=True)
    _git(project, "add", "-A")
    _git(project, "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-q", "-m", "A stage")
    return project


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
