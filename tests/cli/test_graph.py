"""`exp graph` on real repositories."""

import json
from pathlib import Path
from typing import Any

from tests.cli.hooked import commit, head, hooked_git, install, record
from tests.cli.program import exp, inside
from tests.conftest import run_git


def graph(root: Path, *words: str) -> list[dict[str, Any]]:
    done = inside(root, "graph", "--json", *words)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_commits_of_all_branches_with_their_runs(repository: Path) -> None:
    first = record(repository, "0.9")
    commit(repository, "-m", "of a run")
    hooked_git(repository, "switch", "-q", "-c", "side", "HEAD~1")
    wip = record(repository, "0.95", "wip", "# uncommitted\n")
    run_git(repository, "checkout", "-q", "--", ".")
    hooked_git(repository, "switch", "-q", "main")
    found = graph(repository)
    assert [each["subject"] for each in found] == ["of a run", "first"]
    assert [each["names"] for each in found] == [["HEAD -> main"], ["side"]]
    assert found[0]["commit"] == head(repository)
    assert found[0]["parents"] == [found[1]["commit"]]
    assert [(run["id"], run["relation"], run["best"]) for each in found for run in each["runs"]] == [
        (first["id"], "exact", False),
        (wip["id"], "dirty", True),
    ]
    assert found[0]["runs"][0]["metric"] == {"key": "acc", "value": 0.9}
    lines = inside(repository, "graph").out.splitlines()
    assert [line.split()[0] for line in lines] == ["*", "|", "*", "★"]
    assert lines[3].endswith("wip  acc 0.95  dirty  best")


def test_runs_follow_an_amended_commit(repository: Path) -> None:
    install(repository)
    run = record(repository)
    commit(repository, "-m", "one")
    (repository / "README.md").write_text("more\n")
    commit(repository, "--amend", "-m", "two")
    assert [(each["id"], each["relation"]) for each in graph(repository)[0]["runs"]] == [(run["id"], "rewritten")]


def test_revisions_are_those_of_git_and_an_unknown_one_is_a_usage_error(repository: Path) -> None:
    commit(repository, "--allow-empty", "-m", "two")
    assert [each["subject"] for each in graph(repository, "HEAD~1..HEAD")] == ["two"]
    assert [each["subject"] for each in graph(repository, "-n", "1")] == ["two"]
    assert graph(repository, "-n", "0") == []
    for words in (("nowhere",), ("--", "--output=owned")):
        done = inside(repository, "graph", *words)
        assert done.code == 2, done.out
        assert "git knows no such revision" in done.err
    assert not (repository / "owned").exists()


def test_before_the_first_commit_there_is_nothing(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q")
    done = inside(tmp_path, "graph")
    assert (done.code, done.out, done.err) == (0, "", "No commits yet.\n")
    assert graph(tmp_path) == []


def test_a_merge_keeps_git_s_lines(repository: Path) -> None:
    hooked_git(repository, "switch", "-q", "-c", "side")
    commit(repository, "--allow-empty", "-m", "side")
    hooked_git(repository, "switch", "-q", "main")
    hooked_git(repository, "merge", "-q", "--no-ff", "-m", "merged", "side")
    drawn = [line.rstrip() for line in inside(repository, "graph").out.splitlines()]
    short = [each["commit"][:7] for each in graph(repository)]
    assert drawn == [
        f"*   {short[0]} (HEAD -> main) merged",
        "|\\",
        f"| * {short[1]} (side) side",
        "|/",
        f"* {short[2]} first",
    ]


def test_hostile_subjects_and_names_reach_no_terminal(repository: Path) -> None:
    record(repository)
    inside(repository, "rename", "@", "\x1b]0;owned\x07\u202e")
    run_git(repository, "commit", "-q", "-a", "-m", "\x1b[2J\x02\x03 \u202esubject")
    for words in ((), ("--json",)):
        out = inside(repository, "graph", *words).out
        assert all(line.isprintable() for line in out.splitlines())
    assert len(graph(repository)) == 2


def test_eighty_columns_are_enough(repository: Path) -> None:
    record(repository, name="a-name-that-is-much-longer-than-any-column-should-ever-be-made-for-it")
    commit(repository, "-m", "a subject that goes on and on " * 8)
    out = exp(repository, "graph", env={"COLUMNS": "80"}).out
    assert max(map(len, out.splitlines())) <= 80


def test_a_damaged_run_is_named_and_harms_no_other(repository: Path) -> None:
    first = record(repository, change="")
    second = record(repository, name="second", change="")
    journal = repository / ".exp" / "runs" / first["id"] / "events.jsonl"
    journal.write_bytes(b"damaged\n")
    (repository / ".exp" / "stale" / first["id"]).write_bytes(b"damaged\n")
    done = inside(repository, "graph")
    assert done.code == 0
    assert first["id"] in done.err
    assert second["id"][:4] in done.out
