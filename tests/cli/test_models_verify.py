"""`exp models verify`: every claim worked out anew; each forgery is named by the hash that it breaks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.dvc.conftest import dvc_repository, dvc_template
from tests.cli.program import dvc, exp, inside, shown
from tests.cli.registry import copied, done, make_project
from tests.conftest import run_git

__all__ = ["dvc_repository", "dvc_template"]

ALL = ["message", "record commit", "run", "snapshot", "artifact", "data", "env"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose better run is the first version, in production."""
    root = make_project(tmp_path_factory.mktemp("made") / "project", 0.95, 0.9)
    done(root, "models", "register", "r0.95", "--name", "digits")
    done(root, "promote", "digits@v0.0.1", "--to", "production")
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "project")


def findings(root: Path, reference: str = "digits@v0.0.1", code: int = 4) -> dict[str, Any]:
    """The findings by what they are about; the exit code must be this, and say the same as `holds`."""
    found = inside(root, "models", "verify", reference, "--json")
    assert found.code == code, found.err
    document = json.loads(found.out)
    assert document["holds"] == (code == 0)
    return {check["what"]: check for check in document["checks"]}


def broken(root: Path, reference: str = "digits@v0.0.1") -> list[str]:
    return [what for what, check in findings(root, reference).items() if not check["holds"]]


def retag(root: Path, message: str, commit: str = "", name: str = "digits@v0.0.1") -> None:
    """The tag made anew, as a forger would."""
    target = commit or run_git(root, "rev-parse", f"{name}^{{commit}}")
    run_git(root, "tag", "-f", "-a", "--cleanup=verbatim", "-m", message, name, target)


def message(root: Path, name: str = "digits@v0.0.1") -> tuple[str, dict[str, Any]]:
    """The tag's first line, and its record."""
    head, _, text = run_git(root, "tag", "-l", "--format=%(contents)", name).partition("\n\n")
    return head, json.loads(text)


def recommit(root: Path, files: dict[str, str], parent: str = "") -> str:
    """The tagged commit made anew with other files or another parent."""
    index = {"GIT_INDEX_FILE": str(root / ".git" / "forger")}

    def git(*words: str, stdin: str = "") -> str:
        import os

        environ = {**os.environ, **index}
        made = subprocess.run(["git", *words], cwd=root, env=environ, input=stdin, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    git("read-tree", "digits@v0.0.1^{tree}")
    for path, content in files.items():
        blob = git("hash-object", "-w", "--stdin", stdin=content)
        git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    return git("commit-tree", "-p", parent or "digits@v0.0.1^{commit}^", "-m", "forged", git("write-tree"))


def test_a_version_that_is_what_it_claims_holds(project: Path) -> None:
    found = findings(project, code=0)
    assert list(found) == ALL
    assert all(check["holds"] for check in found.values())
    assert list(findings(project, "digits#production", code=0)) == ["message", "stage", *ALL[1:]]
    said = inside(project, "models", "verify", "digits@v0.0.1")
    assert (said.code, said.err) == (0, "")
    assert "digits@v0.0.1  holds" in said.out


def test_it_holds_in_a_clone_that_has_no_store(project: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(project), "clone")
    assert list(findings(tmp_path / "clone", code=0)) == ALL
    assert not (tmp_path / "clone" / ".exp").exists()


def test_a_forged_message_is_found(project: Path) -> None:
    head, record = message(project)
    record["metrics"]["acc"]["last"] = 0.99
    retag(project, f"{head}\n\n{json.dumps(record)}\n")
    assert broken(project) == ["message", "run"]
    said = inside(project, "models", "verify", "digits@v0.0.1")
    assert "message: the message and run.json of the tagged commit differ in metrics" in said.err
    assert said.code == 4


def test_a_message_without_a_record_is_no_proof(project: Path) -> None:
    retag(project, "Registered by hand")
    found = findings(project)
    assert list(found) == ["message"]
    assert "no record of exp" in found["message"]["why"]


def test_a_forged_record_needs_a_forged_run_as_well(project: Path) -> None:
    head, record = message(project)
    record["metrics"]["acc"]["last"] = 0.99
    text = json.dumps(record)
    retag(project, f"{head}\n\n{text}\n", recommit(project, {"run.json": f"{text}\n"}))
    assert broken(project) == ["run"]


def test_a_run_s_document_that_was_changed_is_found(project: Path) -> None:
    document = json.loads(run_git(project, "show", "digits@v0.0.1:document.json"))
    document["env"]["packages"]["numpy"] = "99"
    head, record = message(project)
    retag(project, f"{head}\n\n{json.dumps(record)}\n", recommit(project, {"document.json": json.dumps(document)}))
    assert broken(project) == ["env"]
    for text in ("no JSON", "[]", '{"id": 3}', "[" * 100_000):
        retag(project, f"{head}\n\n{json.dumps(record)}\n", recommit(project, {"document.json": text}))
        assert broken(project) == ["run"]


def test_a_commit_that_stands_elsewhere_is_found(project: Path) -> None:
    head, record = message(project)
    run_git(project, "commit", "-q", "--allow-empty", "-m", "another")
    retag(project, f"{head}\n\n{json.dumps(record)}\n", recommit(project, {}, parent="HEAD"))
    assert broken(project) == ["record commit"]


def test_an_artifact_that_was_changed_is_found_wherever_it_is(project: Path) -> None:
    run = shown(project, "r0.95")["id"]
    stored = project / ".exp" / "runs" / run / "artifacts" / "model.pkl"
    stored.chmod(0o600)
    stored.write_text("a model of accuracy 0.96\n")
    found = findings(project)
    assert [what for what, check in found.items() if not check["holds"]] == ["artifact"]
    assert "in the store" in found["artifact"]["why"]
    stored.unlink()
    assert findings(project, code=0)["artifact"]["holds"], "the tagged commit has it"
    head, record = message(project)
    forged = recommit(project, {"artifacts/model.pkl": "another"})
    retag(project, f"{head}\n\n{json.dumps(record)}\n", forged)
    assert "in the tagged commit" in findings(project)["artifact"]["why"]


def test_a_stage_s_message_must_be_that_of_its_version(project: Path) -> None:
    name = "digits#production#1"
    head, record = message(project, name)
    record["artifact"]["sha256"] = "0" * 64
    retag(project, f"{head}\n\n{json.dumps(record)}\n", name=name)
    assert broken(project, "digits#production") == ["stage"]
    retag(project, "by hand", name=name)
    assert broken(project, "digits#production") == ["stage"]


def test_objects_that_are_gone_or_damaged_are_named(project: Path) -> None:
    commit = run_git(project, "rev-parse", "digits@v0.0.1:document.json")
    path = project / ".git" / "objects" / commit[:2] / commit[2:]
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    assert broken(project) == ["run"]


@pytest.mark.parametrize("reference", ["digits", "nothing@v1.0.0", "digits@v9.9.9", "digits#staging", "@"])
def test_what_is_no_version_is_a_usage_error(project: Path, reference: str) -> None:
    assert inside(project, "models", "verify", reference).code == 2


# --- with DVC ---------------------------------------------------------------------------------------------------


def test_a_clone_is_told_what_to_fetch_and_then_it_holds(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project", 0.95, dvc_remote="../../remote")
    done(root, "models", "register", "r0.95", "--name", "digits")
    dvc(root, "push", "--all-tags")
    run_git(tmp_path, "clone", "-q", str(root), "clone")
    clone = tmp_path / "clone"
    said = inside(clone, "models", "verify", "digits@v0.0.1")
    assert said.code == 4
    assert "model.pkl is not here" in said.err
    assert "hint: dvc fetch --all-tags" in said.err
    dvc(clone, "fetch", "--all-tags")
    assert findings(clone, code=0)["artifact"]["holds"]
    (cached,) = (path for path in (clone / ".dvc/cache/files").rglob("*") if path.is_file())
    cached.chmod(0o600)
    cached.write_text("another")
    assert "is not what its name in the cache says" in findings(clone)["artifact"]["why"]


def test_the_data_is_looked_at_where_it_is_here(dvc_repository: Path) -> None:
    (dvc_repository / "train.py").write_text("open('model.pkl', 'w').write('model')\n")
    (dvc_repository / ".gitignore").write_text("/model.pkl\n")
    run_git(dvc_repository, "add", "-A")
    run_git(dvc_repository, "commit", "-q", "-m", "train")
    ran = exp(dvc_repository, "run", "--artifact", "model.pkl", "--", sys.executable, "train.py")
    assert ran.code == 0, ran.err
    done(dvc_repository, "models", "register", "@", "--name", "m")
    found = findings(dvc_repository, "m@v0.0.1", code=0)
    assert (found["data"]["holds"], found["data"]["why"]) == (True, "")
    digest = next(each["hash"] for each in shown(dvc_repository)["data"]["inputs"] if each["path"] == "data/raw.csv")
    cached = dvc_repository / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    content = cached.read_bytes()
    cached.chmod(0o600)
    cached.write_bytes(b"another")
    assert "data/raw.csv in the DVC cache" in findings(dvc_repository, "m@v0.0.1")["data"]["why"]
    cached.unlink()
    away = findings(dvc_repository, "m@v0.0.1", code=0)["data"]
    assert "not here, so only their hashes were looked at: data/raw.csv" in away["why"]
    cached.write_bytes(content)
