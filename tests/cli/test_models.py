"""`exp models ls|show|history` on real tags, in clones without a store too; references and filters by model."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from expbench.cli.commands import MODELS
from expbench.domain.registry.tags import Tag
from tests.cli.conftest import Within
from tests.cli.program import exp, inside
from tests.cli.test_main import plant
from tests.conftest import run_git
from tests.domain.registry.records import bare, tag


def write_tag(root: Path, tag: Tag, commit: str = "HEAD") -> None:
    """The tag in a repository, as git itself writes it, of its own time."""
    import os
    import subprocess

    argv = ["git", "tag", "-a", "--cleanup=verbatim", "-F", "-", tag.name, commit]
    environ = {**os.environ, "GIT_COMMITTER_DATE": f"@{tag.at} +0000"}
    subprocess.run(argv, cwd=root, env=environ, input=tag.message.encode(), check=True)


def commits(root: Path, count: int) -> list[str]:
    for number in range(count):
        run_git(root, "commit", "-q", "--allow-empty", "-m", f"commit {number}")
    return run_git(root, "rev-list", "--reverse", "HEAD").split()


@pytest.fixture
def registered(repository: Path) -> Path:
    """A model with two versions of two runs, the second in production; another one that GTO made."""
    plant(repository, 2)
    runs = [document["id"] for document in json.loads(inside(repository, "ls", "--json").out)]
    first, second, third = commits(repository, 2)
    write_tag(repository, tag("m@v0.0.1", 1_700_000_000, run=runs[0]), first)
    write_tag(repository, tag("m@v0.0.2", 1_700_000_001, run=runs[1]), second)
    write_tag(repository, tag("m#prod#1", 1_700_000_002, version="v0.0.2", run=runs[1]), second)
    write_tag(repository, bare("theirs@v1.0.0", 1_700_000_003), third)
    return repository


def printed(root: Path, *words: str) -> Any:
    found = inside(root, *words)
    assert found.code == 0, found.err
    return json.loads(found.out)


def test_without_models_it_says_how_to_make_one(within: Within, repository: Path) -> None:
    for words in (("models",), ("models", "ls"), ("models", "history")):
        found = within(repository, *words)
        assert (found.code, found.out) == (0, "")
        assert "exp models register RUN --name MODEL" in found.err
    assert within(repository, "models", "--json").out == "[]\n"


def test_the_list_for_people_and_for_programs(within: Within, registered: Path) -> None:
    lines = within(registered, "models").out.splitlines()
    assert within(registered, "models", "ls").out.splitlines() == lines
    assert [line.split()[:2] for line in lines[1:]] == [["m", "v0.0.2"], ["m", "v0.0.1"], ["theirs", "v1.0.0"]]
    assert "foreign" in lines[3]
    rows = printed(registered, "models", "ls", "--json")
    assert [(row["version"], row["stage"], row["proof"]) for row in rows] == [
        ("v0.0.2", "prod", "proven"),
        ("v0.0.1", None, "proven"),
        ("v1.0.0", None, "foreign"),
    ]
    assert printed(registered, "models", "ls", "m", "--json") == rows[:2]
    assert printed(registered, "models", "show", "m", "--json") == rows[:2]
    assert printed(registered, "models", "--json") == rows


def test_a_clone_without_a_store_knows_the_same(registered: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "-q", str(registered), "clone")
    assert not (clone / ".exp").exists()
    for words in (("ls",), ("show", "m#prod"), ("history",)):
        assert printed(clone, "models", *words, "--json") == printed(registered, "models", *words, "--json")
    assert not (clone / ".exp").exists()
    refused = inside(clone, "show", "m#prod")
    assert refused.code == 2
    assert "recorded in another clone" in refused.err


def test_a_shallow_clone_without_tags_says_what_to_fetch(registered: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", "--depth=1", "--no-tags", registered.as_uri(), "clone")
    found = inside(tmp_path / "clone", "models", "show", "m@v0.0.1")
    assert found.code == 2
    assert "hint: git fetch --tags" in found.err


def test_show_and_history(within: Within, registered: Path) -> None:
    page = within(registered, "models", "show", "m#prod")
    assert page.code == 0
    assert page.out.startswith("m@v0.0.2\nholds prod\n")
    document = printed(registered, "models", "show", "m@v0.0.2", "--json")
    assert (document["event"], document["stages"], len(document["history"])) == ("register", ["prod"], 2)
    events = printed(registered, "models", "history", "--json")
    assert [event["tag"] for event in events] == ["theirs@v1.0.0", "m#prod#1", "m@v0.0.2", "m@v0.0.1"]
    assert len(within(registered, "models", "history", "m").out.splitlines()) == 4


def test_a_run_is_found_by_its_version_and_by_its_stage(registered: Path) -> None:
    runs = {row["version"]: row["run"] for row in printed(registered, "models", "ls", "m", "--json")}
    assert printed(registered, "show", "m@v0.0.1", "--json")["id"] == runs["v0.0.1"]
    assert printed(registered, "show", "m#prod", "--json")["id"] == runs["v0.0.2"]
    assert [run["id"] for run in printed(registered, "ls", "stage:prod", "--json")] == [runs["v0.0.2"]]
    assert len(printed(registered, "ls", "not stage:prod", "--json")) == 1
    assert printed(registered, "ls", "stage:nothing", "--json") == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("models", "show", "n@v1.0.0"), "there is no model n"),
        (("models", "show", "m@v7.0.0"), "it has v0.0.2, v0.0.1"),
        (("models", "show", "m#nothing"), "the stages that are held are prod"),
        (("models", "ls", "mm"), "did you mean m?"),
        (("models", "lsx"), "hint: exp models ls"),
        (("models", "show"), "hint: exp models show --help"),
        (("show", "m#nothing"), "has no version with the stage nothing"),
    ],
)
def test_what_is_not_there(within: Within, registered: Path, words: tuple[str, ...], text: str) -> None:
    found = within(registered, *words)
    assert (found.code, found.out) == (2, "")
    assert text in found.err


def test_odd_tags_are_named_and_harm_nothing(within: Within, registered: Path) -> None:
    run_git(registered, "tag", "m@v0.0.9")
    (registered / ".git/refs/tags/m@v0.0.8").write_text("1" * 40 + "\n")
    found = within(registered, "models", "ls")
    assert found.code == 0
    assert len(found.out.splitlines()) == 4
    assert "warning: the git tag m@v0.0.9 is left out: it is a lightweight tag" in found.err
    assert "warning: the git tag m@v0.0.8 is left out: it points at no commit" in found.err


def test_a_hostile_message_reaches_no_terminal(within: Within, registered: Path) -> None:
    hostile = "\x1b]52;c;x\x07 \u202e evil"
    write_tag(registered, bare("x@v1.0.0", 1_700_000_009)._replace(message=hostile + "\n"))
    write_tag(registered, tag("x@v1.0.1", 1_700_000_010, note=hostile, by=hostile, run=hostile))
    for words in (("ls",), ("history",), ("show", "x@v1.0.0"), ("show", "x@v1.0.1")):
        found = within(registered, "models", *words)
        assert found.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(found.out + found.err)


def test_completion_offers_models_versions_and_stages(registered: Path, tmp_path: Path) -> None:
    def offered(root: Path, line: str) -> list[str]:
        count = str(len(line.split(" ")) - 1)
        env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": count}
        return sorted(exp(root, env=env).out.split())

    assert offered(registered, "exp models ") == sorted(MODELS)
    assert offered(registered, "exp models ls t") == ["theirs"]
    assert offered(registered, "exp models show m") == ["m", "m#prod", "m@v0.0.1", "m@v0.0.2"]
    assert offered(tmp_path, "exp models ls t") == []


@pytest.mark.parametrize("name", MODELS)
def test_each_has_help_with_examples(within: Within, tmp_path: Path, name: str) -> None:
    found = within(tmp_path, "models", name, "--help")
    assert (found.code, found.err) == (0, "")
    assert f"    exp models {name}" in found.out.partition("Examples:")[2]


def test_outside_of_a_repository(within: Within, tmp_path: Path) -> None:
    assert within(tmp_path, "models").code == 3


def test_a_linked_worktree_sees_the_same(registered: Path, tmp_path: Path) -> None:
    run_git(registered, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    assert printed(tmp_path / "linked", "models", "--json") == printed(registered, "models", "--json")
    shutil.rmtree(tmp_path / "linked")
