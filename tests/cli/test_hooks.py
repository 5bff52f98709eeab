"""Git's hooks at work: commits of all kinds, rewritten ones too, with real git and real runs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from expbench.bootstrap.linking import settle
from expbench.bootstrap.workplace import open_workplace
from expbench.errors import ExpError
from tests.cli.hooked import commit, commits_of, head, hook, hooked_git, install, message, note, record, trailers
from tests.cli.program import belongings, exp, inside, listed, shown, start, wait_for
from tests.conftest import run_git


@pytest.fixture
def hooked(repository: Path) -> Path:
    install(repository)
    return repository


def editor(tmp_path: Path, program: str) -> dict[str, str]:
    """An editor that does this to the file, `$1`."""
    path = tmp_path / "editor"
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    return {"GIT_EDITOR": str(path)}


def test_a_commit_of_a_run_s_tree_tells_of_it_at_once(hooked: Path) -> None:
    first = record(hooked, "0.93")
    better = record(hooked, "0.95", "better", change="")
    done = commit(hooked, "-m", "train", "-m", "A body.")
    assert (done.out, done.err) == ("", "")
    expected = [f"{better['id']} acc=0.95", f"{first['id']} acc=0.93"]
    assert trailers(hooked) == expected
    assert message(hooked).startswith("train\n\nA body.\n\nExp-Run: ")
    assert note(hooked) == [f"{expected[0]} loss=1.5 better", f"{expected[1]} loss=1.5 first"]
    assert commits_of(hooked, first["id"]) == commits_of(hooked, better["id"]) == [head(hooked)]
    assert list((hooked / ".exp" / "spool").iterdir()) == []
    shown_by_git = hooked_git(hooked, "log", "-1", "--notes=exp").out
    assert f"    {better['id']} acc=0.95 loss=1.5 better" in shown_by_git


def test_another_tree_gets_nothing(hooked: Path) -> None:
    run = record(hooked)
    (hooked / "train.py").write_text("# later\n")
    commit(hooked, "-m", "later")
    assert message(hooked) == "later"
    assert note(hooked) == []
    assert commits_of(hooked, run["id"]) == []


def test_a_run_of_a_clean_tree_hangs_on_its_commit_and_is_noted_there(hooked: Path) -> None:
    run = record(hooked, change="")
    assert run["links"]["commits"] == [head(hooked)]
    assert note(hooked) == [f"{run['id']} acc=0.93 loss=1.5 first"]
    again = record(hooked, "0.99", "again", change="")
    assert [line.split()[0] for line in note(hooked)] == [again["id"], run["id"]]


def test_without_hooks_no_note_is_written_but_the_commit_is_known(repository: Path) -> None:
    run = record(repository, change="")
    assert run["links"]["commits"] == [head(repository)]
    assert run_git(repository, "for-each-ref", "refs/notes") == ""


def test_installing_later_ties_what_is_there(repository: Path) -> None:
    run = record(repository)
    commit(repository, "-m", "before the hooks")
    assert commits_of(repository, run["id"]) == []
    install(repository)
    assert commits_of(repository, run["id"]) == [head(repository)]
    assert note(repository) == [f"{run['id']} acc=0.93 loss=1.5 first"]
    commit(repository, "--allow-empty", "-m", "the same tree")
    assert trailers(repository) == [f"{run['id']} acc=0.93"]


def test_the_runs_that_are_gone_are_not_named(hooked: Path) -> None:
    run = record(hooked)
    assert inside(hooked, "rm", run["id"]).code == 0
    commit(hooked, "-m", "one")
    assert trailers(hooked) == []
    assert inside(hooked, "undo").code == 0
    commit(hooked, "--allow-empty", "-m", "two")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]


def test_a_failed_run_says_so_and_comes_last(hooked: Path) -> None:
    run = record(hooked)
    exp(hooked, "run", "--", sys.executable, "-c", "print('acc: 0.99'); raise SystemExit(3)")
    failed = shown(hooked)
    commit(hooked, "-m", "x")
    assert trailers(hooked) == [f"{run['id']} acc=0.93", f"{failed['id']} failed"]


def test_ten_trailers_are_enough(hooked: Path) -> None:
    from expbench.adapters.store.trees import change_tree

    record(hooked)
    tree = shown(hooked)["code"]["tree"]
    ids = [f"0000000000{number:02}" for number in range(30)]
    for run_id in ids:
        (hooked / ".exp" / "runs" / run_id).mkdir()
    change_tree(str(hooked / ".exp"), tree, lambda there: [*[f"{run_id} - acc=1 n" for run_id in ids], *there])
    commit(hooked, "-m", "x")
    assert [line.split()[0] for line in trailers(hooked)] == ids[:10]


# --- messages ---------------------------------------------------------------------------------------------------


def test_amending_puts_trailers_right_and_never_twice(hooked: Path) -> None:
    first = record(hooked)
    commit(hooked, "-m", "one", "-m", "Signed-off-by: A <a@example.org>")
    for words in (("--no-edit",), ("-C", "HEAD"), ("-m", "new words")):
        commit(hooked, "--amend", *words)
        assert trailers(hooked) == [f"{first['id']} acc=0.93"]
    second = record(hooked, "0.8", "second")
    commit(hooked, "--amend", "--no-edit")
    assert trailers(hooked) == [f"{first['id']} acc=0.93", f"{second['id']} acc=0.8"]
    assert commits_of(hooked, first["id"])[-1] == head(hooked)


def test_a_trailer_with_another_value_is_replaced(hooked: Path) -> None:
    run = record(hooked)
    commit(hooked, "-m", "x", "-m", f"Exp-Run: {run['id']} loss=9\nReviewed-by: B")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]
    assert "Reviewed-by: B\nExp-Run: " in message(hooked)


def test_a_message_that_is_copied_leaves_the_other_commit_s_runs_behind(hooked: Path) -> None:
    record(hooked)
    commit(hooked, "-m", "of a run", "-m", "Reviewed-by: B")
    (hooked / "train.py").write_text("# without a run\n")
    commit(hooked, "-C", "HEAD~0")  # git tells a hook of `-C HEAD` and of `--amend` by the same words
    assert message(hooked) == "of a run\n\nReviewed-by: B"


def test_a_cherry_pick_to_another_tree_claims_no_run(hooked: Path) -> None:
    run_git(hooked, "switch", "-q", "-c", "side")
    record(hooked)
    commit(hooked, "-m", "of a run")
    picked = head(hooked)
    run_git(hooked, "switch", "-q", "main")
    (hooked / "README.md").write_text("elsewhere\n")
    commit(hooked, "-m", "elsewhere")
    hooked_git(hooked, "cherry-pick", picked)
    assert message(hooked) == "of a run"
    hooked_git(hooked, "reset", "-q", "--hard", "HEAD~2")
    hooked_git(hooked, "cherry-pick", picked)
    assert len(trailers(hooked)) == 1, "here the tree is the run's"


@pytest.mark.parametrize("words", [(), ("-v",), ("-s",)], ids=["plain", "verbose", "signed off"])
def test_in_an_editor_trailers_come_after_what_was_typed(
    hooked: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    run = record(hooked)
    typed = editor(tmp_path, """{ echo "typed"; echo; echo "Why it is so."; cat "$1"; } > "$1.n"; mv "$1.n" "$1" """)
    commit(hooked, *words, env=typed)
    assert message(hooked).startswith("typed\n\nWhy it is so.\n\n")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]
    assert message(hooked).count("Exp-Run") == 1
    assert "diff --git" not in message(hooked)


@pytest.mark.parametrize("words", [(), ("-v",), ("-s",), ("-t", ".git/template")])
@pytest.mark.parametrize("program", ["true", ': > "$1"'], ids=["left as it is", "emptied"])
def test_a_message_left_empty_still_ends_the_commit(
    hooked: Path, tmp_path: Path, words: tuple[str, ...], program: str
) -> None:
    (hooked / ".git" / "template").write_text("A template\n\n# of ours\n")
    record(hooked)
    before = head(hooked)
    done = hooked_git(hooked, "commit", "-a", *words, env=editor(tmp_path, program), check=False)
    assert done.code == 1
    assert head(hooked) == before
    commit(hooked, "-m", "next", "--no-verify")
    assert len(trailers(hooked)) == 1


def test_an_empty_message_by_option_is_refused_as_ever(hooked: Path) -> None:
    record(hooked)
    assert hooked_git(hooked, "commit", "-a", "-m", "", check=False).code == 1


def test_another_comment_character_and_a_line_that_begins_with_a_hash(hooked: Path, tmp_path: Path) -> None:
    run = record(hooked)
    run_git(hooked, "config", "core.commentChar", ";")
    typed = editor(tmp_path, """{ echo "#1 typed"; cat "$1"; } > "$1.n"; mv "$1.n" "$1" """)
    commit(hooked, env=typed)
    assert message(hooked) == f"#1 typed\n\nExp-Run: {run['id']} acc=0.93"


@pytest.mark.parametrize("cleanup", ["default", "verbatim"])
def test_a_message_file_with_crlf_and_a_divider(hooked: Path, tmp_path: Path, cleanup: str) -> None:
    run = record(hooked)
    file = tmp_path / "message"
    file.write_bytes(b"subject\r\n\r\nbody\r\n---\r\nmore\r\n\r\nReviewed-by: B\r\n")
    commit(hooked, "-F", str(file), f"--cleanup={cleanup}")
    raw = hooked_git(hooked, "cat-file", "commit", "HEAD").out
    assert raw.count(f"Exp-Run: {run['id']} acc=0.93") == 1
    assert raw.index("more") < raw.index("Reviewed-by: B") < raw.index("Exp-Run")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]


def test_a_message_too_long_for_a_shell_is_kept_whole(hooked: Path, tmp_path: Path) -> None:
    record(hooked)
    file = tmp_path / "message"
    lines = [f"line {number} {'x' * 60}" for number in range(3000)]
    file.write_text("subject\n\n" + "\n".join(lines) + "\n")
    commit(hooked, "-F", str(file))
    assert message(hooked).splitlines()[2:3002] == lines
    assert len(trailers(hooked)) == 1


def test_a_part_of_what_changed_is_committed_with_its_own_tree(hooked: Path) -> None:
    run = record(hooked)
    (hooked / "README.md").write_text("not yet\n")
    hooked_git(hooked, "commit", "-q", "-m", "a part", "train.py")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]
    assert note(hooked) == [f"{run['id']} acc=0.93 loss=1.5 first"]
    hooked_git(hooked, "checkout", "-q", "--detach")
    commit(hooked, "-m", "the rest")
    assert (trailers(hooked), note(hooked)) == ([], [])
    assert commits_of(hooked, run["id"]) == [head(hooked, "HEAD~1")]


# --- rewriting --------------------------------------------------------------------------------------------------


def test_runs_survive_amend_rebase_and_squash(hooked: Path) -> None:
    base = head(hooked)
    first = record(hooked, name="first")
    commit(hooked, "-m", "first")
    one = head(hooked)
    (hooked / "README.md").write_text("amended\n")
    commit(hooked, "--amend", "-m", "first, amended")
    two = head(hooked)
    second = record(hooked, name="second")
    commit(hooked, "-m", "second")
    three = head(hooked)
    hooked_git(hooked, "switch", "-q", "-c", "other", base)
    (hooked / "other.txt").write_text("other\n")
    run_git(hooked, "add", "other.txt")
    commit(hooked, "-m", "other")
    hooked_git(hooked, "switch", "-q", "main")
    hooked_git(hooked, "rebase", "-q", "other")
    four, five = head(hooked, "HEAD~1"), head(hooked)
    assert trailers(hooked) == [f"{second['id']} acc=0.93"], "a rewritten commit keeps its trailers"
    squash = {"GIT_SEQUENCE_EDITOR": "sed -i.old '2s/pick/squash/'"}
    hooked_git(hooked, "rebase", "-q", "-i", "HEAD~2", env=squash)
    assert len(hooked_git(hooked, "log", "--format=%H", "other..").out.split()) == 1
    assert commits_of(hooked, first["id"]) == [one, two, four, head(hooked)]
    assert commits_of(hooked, second["id"]) == [three, five, head(hooked)]
    assert {line.split()[0] for line in note(hooked)} == {first["id"], second["id"]}


def test_a_squash_merge_and_a_fast_forward_are_found_by_their_trees(hooked: Path) -> None:
    hooked_git(hooked, "switch", "-q", "-c", "side")
    record(hooked, name="early")
    commit(hooked, "-m", "early")
    late = record(hooked, name="late")
    commit(hooked, "-m", "late")
    side = head(hooked)
    hooked_git(hooked, "switch", "-q", "main")
    hooked_git(hooked, "merge", "-q", "--squash", "side")
    commit(hooked, "--no-edit")
    assert trailers(hooked) == [f"{late['id']} acc=0.93"]
    assert set(commits_of(hooked, late["id"])) == {side, head(hooked)}


def test_a_merge_commit_with_the_tree_of_a_run(hooked: Path) -> None:
    hooked_git(hooked, "switch", "-q", "-c", "side")
    run = record(hooked)
    commit(hooked, "-m", "side")
    hooked_git(hooked, "switch", "-q", "main")
    hooked_git(hooked, "merge", "-q", "--no-ff", "-m", "merged", "side")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]
    assert note(hooked) == [f"{run['id']} acc=0.93 loss=1.5 first"]
    assert commits_of(hooked, run["id"])[-1] == head(hooked)


@pytest.mark.parametrize("how", ["pull", "checkout"])
def test_commits_that_were_made_elsewhere_are_found_when_they_come(hooked: Path, tmp_path: Path, how: str) -> None:
    run = record(hooked)
    elsewhere = tmp_path / "elsewhere"
    run_git(tmp_path, "clone", "-q", str(hooked), str(elsewhere))
    (elsewhere / "train.py").write_text((hooked / "train.py").read_text())
    run_git(elsewhere, "commit", "-q", "-a", "-m", "elsewhere")
    run_git(elsewhere, "commit", "-q", "--allow-empty", "-m", "on top")
    run_git(hooked, "checkout", "-q", "--", "train.py")
    if how == "pull":
        hooked_git(hooked, "pull", "-q", "--ff-only", str(elsewhere), "main")
    else:
        run_git(hooked, "fetch", "-q", str(elsewhere), "main:theirs")
        hooked_git(hooked, "switch", "-q", "theirs")
    assert commits_of(hooked, run["id"]) == [head(hooked, "HEAD~1"), head(hooked)]


def test_a_linked_worktree_shares_store_and_hooks(hooked: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    hooked_git(hooked, "worktree", "add", "-q", str(linked))
    run = record(linked)
    commit(linked, "-m", "there")
    assert trailers(linked) == [f"{run['id']} acc=0.93"]
    assert note(linked) == [f"{run['id']} acc=0.93 loss=1.5 first"]
    assert commits_of(hooked, run["id"]) == [head(linked)]


def test_a_run_that_is_going_on_is_tied_to_the_commit_made_meanwhile(hooked: Path) -> None:
    (hooked / "train.py").write_text("# long\n")
    gate = hooked / ".git" / "gate"
    program = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.02)\nprint('acc: 0.5')"
    process = start(hooked, "run", "--", sys.executable, "-c", program)
    wait_for(lambda: "running" in inside(hooked, "ls", "--json").out, "the run")
    commit(hooked, "-m", "meanwhile")
    assert [run["links"]["commits"] for run in listed(hooked)] == [[head(hooked)]]
    assert note(hooked)[0].split()[1] == "running"
    gate.touch()
    assert process.wait(timeout=60) == 0
    assert note(hooked)[0].split()[1] == "acc=0.5"


# --- settings ---------------------------------------------------------------------------------------------------


def test_the_best_run_gives_its_commit_a_git_tag_where_the_settings_say_so(hooked: Path) -> None:
    (hooked / "exp.toml").write_text("[hooks]\ntag_best = true\n")
    run_git(hooked, "add", "exp.toml")
    record(hooked, "0.9", "good")
    record(hooked, "0.8", "poor", change="")
    commit(hooked, "-m", "one")
    assert run_git(hooked, "tag") == "exp/good"
    record(hooked, "0.95", "no name..for git", change="# two\n")
    commit(hooked, "-m", "two")
    assert run_git(hooked, "tag") == "exp/good"


def test_a_git_tag_is_never_moved(hooked: Path) -> None:
    (hooked / "exp.toml").write_text("[hooks]\ntag_best = true\n")
    run_git(hooked, "add", "exp.toml")
    record(hooked, name="twice")
    commit(hooked, "-m", "one")
    first = head(hooked)
    assert run_git(hooked, "tag") == "exp/twice"
    record(hooked, name="twice", change="# changed\n")
    commit(hooked, "-m", "two")
    assert "the git tag exp/twice is there already, on another commit" in inside(hooked, "ls").err
    assert head(hooked, "exp/twice") == first


def test_a_push_is_refused_where_the_settings_ask_for_more(hooked: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", "remote.git")
    run_git(hooked, "remote", "add", "origin", str(tmp_path / "remote.git"))
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "exp").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m expbench "$@"\n')
    (shims / "exp").chmod(0o755)
    env = {"PATH": f"{shims}:{Path(sys.executable).parent}:/usr/bin:/bin"}
    (hooked / "exp.toml").write_text("[hooks]\npush = ['acc >= 0.9']\n")
    run_git(hooked, "add", "exp.toml")
    commit(hooked, "-m", "settings")
    refused = hooked_git(hooked, "push", "-q", "origin", "main", env=env, check=False)
    assert refused.code == 1
    assert "no run has its last commit" in refused.err
    record(hooked, "0.5", change="# poor\n")
    commit(hooked, "-m", "poor")
    refused = hooked_git(hooked, "push", "-q", "origin", "main", env=env, check=False)
    assert refused.code == 1
    assert "matches acc >= 0.9" in refused.err
    record(hooked, "0.95", change="")
    assert hooked_git(hooked, "push", "-q", "origin", "main", env=env).code == 0
    without = {"PATH": "/usr/bin:/bin"}
    (hooked / "train.py").write_text("# without a run\n")
    commit(hooked, "-m", "more")
    assert hooked_git(hooked, "push", "-q", "origin", "main", env=without).code == 0, "no exp refuses nothing"


# --- what must not be stopped -----------------------------------------------------------------------------------


def test_a_commit_goes_on_whatever_is_missing_or_broken(hooked: Path) -> None:
    run = record(hooked)

    def still_commits(expected: int = 0) -> None:
        done = commit(hooked, "--allow-empty", "-m", "x", env={"PATH": "/usr/bin:/bin"})
        assert (done.out, done.err) == ("", "")
        assert len(trailers(hooked)) == expected

    still_commits(1)
    core = hooked / ".git" / "exp-hooks"
    whole = core.read_bytes()
    core.write_bytes(whole[: len(whole) // 2])  # a syntax error
    still_commits()
    core.write_bytes(whole)
    table = hooked / ".exp" / "trees" / run["code"]["tree"]
    table.write_bytes(b"\xff\x00 garbage\n\n$(touch owned) `touch owned`\n")
    still_commits()
    evil = hooked / ".exp" / "runs" / "x" / "e touch owned" / ";"
    evil.mkdir(parents=True)
    table.write_text(f"x/e touch owned/; - a=1 n\n../runs/{run['id']} exp/../../x a=1 n\n")
    (hooked / ".git" / "message").write_text("x\n\nExp-Run: 0123456789ab a=1\n")
    commit(hooked, "--allow-empty", "-F", ".git/message")
    assert trailers(hooked) == ["0123456789ab a=1"]
    assert not (hooked / "owned").exists()
    shutil.rmtree(hooked / ".exp" / "spool")
    still_commits()
    shutil.rmtree(hooked / ".exp")
    still_commits()
    core.unlink()
    still_commits()


def test_hostile_names_reach_neither_message_nor_note(hooked: Path) -> None:
    record(hooked, name="first")
    run_id = shown(hooked)["id"]
    assert inside(hooked, "rename", run_id, "$(touch owned)\u202e`x`").code == 0
    program = "import expbench\nwith expbench.start_run(): expbench.log_metric('a b\\x1b[2J;$(x)\\nExp-Run: y', 1)"
    done = exp(hooked, "run", "--no-system-metrics", "--", sys.executable, "-c", program)
    assert done.code == 0, done.err
    inside(hooked, "doctor", "--repair")
    commit(hooked, "-m", "x")
    text = message(hooked) + "\n".join(note(hooked))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not (hooked / "owned").exists()
    assert len(trailers(hooked)) == 2
    assert [len(line.split()[0]) for line in note(hooked)] == [12, 12]


def test_a_store_that_can_not_be_written_stops_neither_git_nor_exp(
    hooked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(hooked)
    commit(hooked, "-m", "x")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("expbench.bootstrap.linking.change_notes", full)
    found = inside(hooked, "ls")
    assert found.code == 0
    assert "new commits are not tied to their runs yet" in found.err
    assert "first" in found.out
    monkeypatch.undo()
    assert commits_of(hooked, run["id"]) == [head(hooked)]


def test_several_commands_at_once_do_what_is_noted_once_each(hooked: Path) -> None:
    runs = []
    for number in range(3):
        runs.append(record(hooked, f"0.{number + 1}", f"n{number}"))
        commit(hooked, "-m", f"commit {number}")
    commits = hooked_git(hooked, "log", "--format=%H", "-n", "3").out.split()[::-1]
    run_git(hooked, "update-ref", "-d", "refs/notes/exp")
    for made in commits:
        (hooked / ".exp" / "spool" / f"commit-{made}").touch()
    processes = [start(hooked, "ls") for _ in range(4)]
    assert [process.wait(timeout=60) for process in processes] == [0] * 4
    assert [commits_of(hooked, run["id"]) for run in runs] == [[made] for made in commits]
    assert [note(hooked, made)[0].split()[0] for made in commits] == [run["id"] for run in runs]
    assert inside(hooked, "doctor").code == 0


def test_runs_that_end_at_the_same_time_are_all_noted_below_their_commit(hooked: Path) -> None:
    words = ("run", "--no-system-metrics", "--", sys.executable, "-c", "print('acc: 0.5')")
    processes = [start(hooked, *words) for _ in range(6)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 6
    found = listed(hooked)
    assert {line.split()[0] for line in note(hooked)} == {run["id"] for run in found}
    assert [run["warnings"] for run in found] == [[]] * 6


def test_a_note_that_can_not_be_written_at_the_end_of_a_run_waits_for_the_next_command(
    hooked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = record(hooked, change="")
    run_git(hooked, "update-ref", "-d", "refs/notes/exp")
    place = open_workplace(str(hooked))

    def busy(*_arguments: object) -> None:
        raise ExpError("the notes of commits can't be written")

    with monkeypatch.context() as patch:
        patch.setattr("expbench.bootstrap.linking.change_notes", busy)
        settle(place, place.store.read(run["id"]))
    assert note(hooked) == []
    inside(hooked, "ls")
    assert note(hooked) == [f"{run['id']} acc=0.93 loss=1.5 first"]


def test_notes_of_others_stay(hooked: Path) -> None:
    run_git(hooked, "notes", "--ref=exp", "add", "-m", "0123456789ab acc=0.99 of a colleague")
    run = record(hooked, change="")
    assert note(hooked) == [f"{run['id']} acc=0.93 loss=1.5 first", "0123456789ab acc=0.99 of a colleague"]


def test_a_note_that_another_writer_took_away_comes_back(hooked: Path) -> None:
    run = record(hooked, change="")
    run_git(hooked, "notes", "--ref=exp", "remove", "HEAD")
    (hooked / "train.py").write_text("# another\n")
    commit(hooked, "-m", "another")
    inside(hooked, "ls")
    assert note(hooked, "HEAD~1") == [f"{run['id']} acc=0.93 loss=1.5 first"]


def test_hooks_change_nothing_that_is_the_user_s(hooked: Path) -> None:
    record(hooked)
    before = belongings(hooked)
    inside(hooked, "hooks", "install")
    inside(hooked, "hooks", "status")
    after = belongings(hooked)
    assert after["files"] == before["files"]
    assert after["status"] == before["status"]
    assert after["git"] == before["git"]


def test_the_table_of_trees_is_made_anew(hooked: Path) -> None:
    run = record(hooked)
    shutil.rmtree(hooked / ".exp" / "trees")
    assert inside(hooked, "doctor", "--repair").code == 0
    commit(hooked, "-m", "x")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_every_shell_will_do(hooked: Path, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    words = f"{program} sh" if shell == "busybox" else program
    for path in (hooked / ".git" / "hooks").iterdir():
        if path.read_bytes().startswith(b"#!/bin/sh\n# Made by"):
            path.write_text(path.read_text().replace("#!/bin/sh", f"#!{words}", 1))
    run = record(hooked)
    commit(hooked, "-m", "one")
    one = head(hooked)
    commit(hooked, "--amend", "-m", "two")
    assert trailers(hooked) == [f"{run['id']} acc=0.93"]
    assert commits_of(hooked, run["id"]) == [one, head(hooked)]


def test_status_as_json(repository: Path) -> None:
    before = json.loads(inside(repository, "hooks", "status", "--json").out)
    assert not before["installed"]
    assert {hook["state"] for hook in before["hooks"]} == {"absent"}
    install(repository)
    after = json.loads(inside(repository, "hooks", "status", "--json").out)
    assert after["installed"]
    assert after["folder"] == str(repository / ".git" / "hooks")
    assert [hook["name"] for hook in after["hooks"]][:3] == ["prepare-commit-msg", "commit-msg", "post-commit"]
    hook(repository, "post-commit", "#!/bin/sh\n")
    assert not json.loads(inside(repository, "hooks", "status", "--json").out)["installed"]


def test_init_installs_them_on_demand(repository: Path) -> None:
    assert inside(repository, "init", "--hooks").code == 0
    assert json.loads(inside(repository, "hooks", "status", "--json").out)["installed"]


@pytest.mark.parametrize("word", ["instal", ""])
def test_an_unknown_action_is_a_usage_error(repository: Path, word: str) -> None:
    done = inside(repository, "hooks", word)
    assert done.code == 2
    assert "install, uninstall, status" in done.err


def test_scripts_are_understood_by_the_strictest_shell() -> None:
    folder = Path(__file__).parents[2] / "src" / "expbench" / "adapters" / "hooks" / "scripts"
    for script in sorted(folder.glob("*.sh")):
        subprocess.run(["sh", "-n", str(script)], check=True)
