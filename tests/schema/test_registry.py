"""What the registry's commands print with `--json`, and what stands in tags, is exactly what the contract says."""

import json
from pathlib import Path

import jsonschema
import pytest

from expbench.adapters.git.tags import read_tags
from tests.cli.registry import make_project, printed
from tests.conftest import run_git
from tests.schema.documents import MODEL_VERSION, MODELS, REGISTRY_RECORD, Schema


def check(answer: object, schema: Schema) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Proven, unproven and foreign tags; a demotion, a deprecation."""
    return _tagged(tmp_path_factory.mktemp("made") / "project")


def _tagged(folder: Path) -> Path:
    root = make_project(folder, 0.95, 0.9)
    for run in ("r0.95", "r0.9"):
        check(printed(root, "models", "register", run, "--name", "digits", "--json"), REGISTRY_RECORD)
    check(printed(root, "promote", "digits@v0.0.1", "--to", "production", "--json"), REGISTRY_RECORD)
    forced = ("promote", "digits@v0.0.2", "--to", "production", "--force", "--note", "why", "--json")
    check(printed(root, *forced), REGISTRY_RECORD)
    check(printed(root, "rollback", "digits#production", "--json"), REGISTRY_RECORD)
    for record in printed(root, "demote", "digits#production", "--json"):
        check(record, REGISTRY_RECORD)
    check(printed(root, "models", "deprecate", "digits@v0.0.1", "--json"), REGISTRY_RECORD)
    check(printed(root, "models", "register", "r0.9", "--name", "other", "--json"), REGISTRY_RECORD)
    check(printed(root, "models", "deprecate", "other", "--json"), REGISTRY_RECORD)
    run_git(root, "tag", "-a", "-m", "by hand", "digits#canary#99", "digits@v0.0.2^{}")
    run_git(root, "tag", "-a", "-m", "by hand", "theirs@v1.0.0")
    run_git(root, "tag", "-a", "-m", "of nothing", "theirs#production#2", "HEAD~0")
    return root


def test_every_listing_is_as_the_contract_says(project: Path) -> None:
    for words in (("models",), ("models", "ls"), ("models", "ls", "digits"), ("models", "history")):
        documents = printed(project, *words, "--json")
        check(documents, MODELS)
        assert documents
    told = {document["proof"] for document in printed(project, "models", "ls", "--json")}
    assert told == {"unproven", "foreign", "proven"}


@pytest.mark.parametrize(
    "name", ["digits@v0.0.1", "digits@v0.0.2", "digits#production", "digits#canary", "theirs@v1.0.0"]
)
def test_every_version_is_as_the_contract_says(project: Path, name: str) -> None:
    check(printed(project, "models", "show", name, "--json"), MODEL_VERSION)


def test_every_message_and_every_tagged_commit(project: Path) -> None:
    own = [tag for tag in read_tags(str(project)) if tag.message.partition("\n\n")[2].startswith("{")]
    assert len(own) == 9
    for tag in own:
        first, blank, text, *rest = tag.message.split("\n")
        assert (bool(first), blank, "".join(rest)) == (True, "", "")
        check(json.loads(text), REGISTRY_RECORD)
        check(json.loads(run_git(project, "cat-file", "blob", f"{tag.target}:run.json")), REGISTRY_RECORD)
