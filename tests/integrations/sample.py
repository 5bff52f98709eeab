"""A copy of the sample project as a git repository of its own, with its data under DVC."""

import os
import re
import sys
from pathlib import Path

from tests.cli.program import git

TOP = Path(__file__).parents[2]
SAMPLE = TOP / "sample_project"


def sample_copy(root: Path) -> Path:
    """Make the copy in `root`, which must not be there."""
    root.mkdir()
    tracked = git(SAMPLE, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, tracked):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((SAMPLE / name).read_bytes())
    _place(root, "data/digits.csv", r"md5: (\w\w)(\w+)", "data/digits.csv.dvc")
    _place(root, "model.npz", r"path: model\.npz\s+hash: md5\s+md5: (\w\w)(\w+)", "dvc.lock")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text((TOP / ".dvc" / "config").read_text().replace("../sample_project/", "../"))
    (root / ".dvc" / ".gitignore").write_text((TOP / ".dvc" / ".gitignore").read_text())
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "The sample project")
    return root


def _place(root: Path, path: str, digest: str, said_in: str) -> None:
    """Put tracked data where it belongs: the sample's DVC remote is a folder that git tracks."""
    found = re.search(digest, (root / said_in).read_text())
    assert found
    (root / path).write_bytes((root / ".dvc_remote/files/md5" / found[1] / found[2]).read_bytes())


def own_path() -> dict[str, str]:
    """The environment in which `python` is this interpreter."""
    return {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}
