"""The registry as a user works with it, each step read by the real GTO; and all that is refused."""

import json
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from expbench.adapters.git.tags import read_tags
from expbench.adapters.store.operations import audited
from expbench.domain.registry.record import decode_message
from tests.cli.program import EXP, belongings, exp, inside, listed, start
from tests.cli.registry import copied, done, history_by_gto, make_project, printed, refused, shown_by_gto
from tests.conftest import run_git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs: good, worse by more than the gate allows, hopeless."""
    return make_project(tmp_path_factory.mktemp("made") / "project", 0.95, 0.9, 0.5)


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "project")


@pytest.fixture
def promoted(project: Path) -> Path:
    """Two versions, the first in production."""
    for run in ("r0.95", "r0.9"):
        done(project, "models", "register", run, "--name", "digits")
    done(project, "promote", "digits@v0.0.1", "--to", "production")
    return project


def holder(root: Path, stage: str = "production") -> str | None:
    rows = printed(root, "models", "ls", "--json")
    return next((row["version"] for row in rows if row["stage"] == stage), None)


def test_the_walk(project: Path) -> None:
    """Two versions, a gate that refuses the worse, force, roll back, demote, undo: GTO agrees at every step."""
    said = done(project, "models", "register", "r0.95", "--name", "digits", "--note", "first")
    assert "git tag digits@v0.0.1" in said
    assert "hint: git push origin 'digits@v0.0.1'" in said
    done(project, "promote", "digits@v0.0.1", "--to", "production")
    assert shown_by_gto(project) == {"latest": "v0.0.1", "production": "v0.0.1"}

    error = refused(project, 1, "promote", "r0.9", "--to", "production")
    assert "digits@v0.0.2 to production is refused" in error
    assert "fails  acc >= current.acc - 0.002  (0.9; current.acc = 0.95)" in error
    assert "holds  acc >= 0.8  (0.9)" in error
    assert shown_by_gto(project) == {"latest": "v0.0.1", "production": "v0.0.1"}

    assert "forced" in done(project, "promote", "r0.9", "--to", "production", "--force", "--note", "faster")
    assert shown_by_gto(project) == {"latest": "v0.0.2", "production": "v0.0.2"}
    document = printed(project, "models", "show", "digits#production", "--json")
    assert (document["forced"], document["note"], document["version"]) == (True, "faster", "v0.0.2")
    assert [gate["holds"] for gate in document["gates"]] == [True, False, True]

    done(project, "rollback", "digits#production")
    assert shown_by_gto(project)["production"] == holder(project) == "v0.0.1"
    done(project, "undo")
    assert shown_by_gto(project)["production"] == holder(project) == "v0.0.2"
    said = done(project, "demote", "digits#production")
    assert "production is held by v0.0.1 now" in said
    assert shown_by_gto(project)["production"] == holder(project) == "v0.0.1"
    done(project, "undo")
    assert shown_by_gto(project)["production"] == holder(project) == "v0.0.2"
    assert "nobody holds production now" in done(project, "demote", "digits#production", "--all")
    assert shown_by_gto(project) == {"latest": "v0.0.2"}
    done(project, "undo")
    assert shown_by_gto(project)["production"] == holder(project) == "v0.0.2"
    done(project, "models", "deprecate", "digits@v0.0.2", "--note", "leaked")
    assert shown_by_gto(project) == {"latest": "v0.0.1", "production": "v0.0.1"}
    assert holder(project) == "v0.0.1"

    ours = [event["tag"] for event in reversed(printed(project, "models", "history", "--json"))]
    assert [tag for _event, tag in history_by_gto(project)] == ours
    assert [event for event, _tag in history_by_gto(project)][:4] == [
        "registration", "assignment", "registration", "assignment",
    ]  # fmt: skip
    assert all(event["proof"] == "proven" for event in printed(project, "models", "history", "--json"))


def test_the_tag_holds_the_evidence_and_the_commit_the_record(promoted: Path) -> None:
    tags = {tag.name: tag for tag in read_tags(str(promoted))}
    tag = tags["digits@v0.0.1"]
    record = decode_message(tag.message)
    run = printed(promoted, "show", "r0.95", "--json")
    assert (record["run"], record["snapshot"]) == (run["id"], run["code"]["snapshot"])
    assert record["artifact"] == run["artifacts"][0]
    assert record["metrics"] == run["metrics"]
    assert (record["env"], record["data"]) == (run["env"]["hash"], run["data"]["version"])
    assert json.loads(run_git(promoted, "cat-file", "blob", f"{tag.target}:run.json")) == record
    assert json.loads(run_git(promoted, "cat-file", "blob", f"{tag.target}:document.json")) == run
    assert run_git(promoted, "rev-parse", f"{tag.target}^") == run["code"]["snapshot"]
    assert run_git(promoted, "cat-file", "blob", f"{tag.target}:artifacts/model.pkl") == "a model of accuracy 0.95"
    assert tags["digits#production#1"].target == tag.target
    assert tags["digits#production#1"].at > tag.at


def test_nothing_of_the_user_s_changes(project: Path) -> None:
    (project / "train.py").write_text("# work in progress\n")
    (project / "notes.txt").write_text("mine\n")
    run_git(project, "add", "notes.txt")
    before = belongings(project)
    for words in (
        ("models", "register", "r0.95", "--name", "digits"),
        ("promote", "digits@v0.0.1", "--to", "staging"),
        ("promote", "r0.9", "--to", "staging"),
        ("rollback", "digits#staging"),
        ("demote", "digits#staging", "--all"),
        ("undo",),
    ):
        done(project, *words)
    after = belongings(project)
    assert {**after, "refs": [ref for ref in after["refs"] if "refs/tags/" not in ref]} == before


def test_a_run_is_promoted_by_its_only_version_or_becomes_one(project: Path) -> None:
    done(project, "promote", "r0.95", "--to", "staging", "--name", "digits")
    assert "git tag digits#production#2" in done(project, "promote", "r0.95", "--to", "production")
    done(project, "models", "register", "r0.95", "--name", "other")
    error = refused(project, 2, "promote", "r0.95", "--to", "production")
    assert "several versions" in error
    assert "digits@v0.0.1, other@v0.0.1" in error
    assert "which model" not in done(project, "promote", "r0.9", "--to", "canary")  # exp.toml names one model


def test_without_any_model_the_artifact_names_it(project: Path) -> None:
    (project / "exp.toml").write_text("")
    assert "git tag model@v0.0.1" in done(project, "promote", "r0.5", "--to", "staging")


def test_the_name_of_a_new_version_is_asked_for_where_there_are_several(project: Path) -> None:
    (project / "exp.toml").write_text("")
    for name in ("a", "b"):
        done(project, "models", "register", "r0.95", "--name", name)
    error = refused(project, 2, "promote", "r0.9", "--to", "staging")
    assert "there are a, b" in error
    assert "hint: --name a" in error
    assert refused(project, 2, "models", "register", "r0.9")


def test_a_stage_can_be_promoted_to_another(promoted: Path) -> None:
    done(promoted, "promote", "digits@v0.0.2", "--to", "staging")
    error = refused(promoted, 1, "promote", "digits#staging", "--to", "production")
    assert "digits@v0.0.2 to production" in error


def test_json_is_the_record(project: Path) -> None:
    first = printed(project, "models", "register", "r0.95", "--name", "digits", "--json")
    second = printed(project, "promote", "digits@v0.0.1", "--to", "production", "--json")
    third = printed(project, "demote", "digits#production", "--json")
    messages = [decode_message(tag.message) for tag in sorted(read_tags(str(project)), key=lambda tag: tag.at)]
    assert [first, second, *third] == messages
    assert [one["event"] for one in messages] == ["register", "promote", "demote"]


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("promote", "digits@v0.0.2", "--to", "production", "--force"), 2, "--force needs --note"),
        (("promote", "digits@v0.0.1", "--to", "production"), 1, "holds production already"),
        (("promote", "digits@v9.9.9", "--to", "production"), 2, "it has v0.0.2, v0.0.1"),
        (("promote", "nothing", "--to", "production"), 2, "there is no run nothing"),
        (("promote", "digits@v0.0.2"), 2, "--to"),
        (("promote", "digits@v0.0.2", "--to", "my.stage"), 2, "my-stage would do"),
        (("promote", "digits#nothing", "--to", "staging"), 2, "no version of digits holds nothing"),
        (("models", "register", "r0.5", "--name", "a.b"), 2, "a-b would do"),
        (("models", "register", "r0.5", "--name", "x" * 101), 2, "at most 100 characters"),
        (("models", "register", "r0.5", "--name", "digits", "--bump", "x"), 2, "is no part of a version"),
        (("models", "register", "r0.5", "--name", "digits", "--artifact", "m.pkl"), 2, "did you mean model.pkl"),
        (("models", "register", "r0.95", "--name", "digits"), 1, "is digits@v0.0.1 already"),
        (("demote", "digits"), 2, "names no stage"),
        (("demote", "digits#staging"), 2, "no version of digits holds staging"),
        (("demote", "nothing#production"), 2, "there is no model nothing"),
        (("rollback", "digits#production"), 1, "nothing before digits@v0.0.1"),
        (("rollback", "digits#staging"), 1, "no version of digits holds staging"),
        (("models", "deprecate", "digits#production"), 2, "is a stage"),
        (("models", "deprecate", "digits@v7"), 2, "there is no digits@v7"),
    ],
)
def test_what_is_refused(promoted: Path, words: tuple[str, ...], code: int, text: str) -> None:
    before = run_git(promoted, "for-each-ref")
    assert text in refused(promoted, code, *words)
    assert run_git(promoted, "for-each-ref") == before


def test_a_run_without_an_artifact(project: Path) -> None:
    exp(project, "run", "--name", "bare", "--", "true")
    error = refused(project, 1, "models", "register", "bare", "--name", "digits")
    assert "has no artifact to register" in error


def test_an_artifact_that_changed_since_the_run(project: Path) -> None:
    run_id = printed(project, "show", "r0.95", "--json")["id"]
    file = project / ".exp/runs" / run_id / "artifacts/model.pkl"
    file.chmod(0o600)
    file.write_text(file.read_text().replace("0.95", "0.99"))
    error = refused(project, 1, "models", "register", "r0.95", "--name", "digits")
    assert "is not what the run made" in error
    file.unlink()
    assert "is not what the run made" in refused(project, 1, "models", "register", "r0.95", "--name", "digits")
    assert read_tags(str(project)) == []


def test_a_run_behind_a_model_is_kept(promoted: Path) -> None:
    run_id = printed(promoted, "show", "r0.95", "--json")["id"]
    error = refused(promoted, 1, "rm", "r0.5", "r0.95")
    assert f"the run {run_id} can't be removed" in error
    assert "digits@v0.0.1 was registered from it" in error
    assert "git tag -d 'digits@v0.0.1'" in error
    assert len(listed(promoted)) == 3
    run_git(promoted, "tag", "-d", "digits@v0.0.1", "digits#production#1")
    done(promoted, "rm", "r0.95")


def test_gc_keeps_a_trashed_run_whose_version_came_later(project: Path) -> None:
    """Somebody's tags are fetched after the run went to the trash."""
    done(project, "models", "register", "r0.95", "--name", "digits")
    made = run_git(project, "rev-parse", "refs/tags/digits@v0.0.1")
    run_git(project, "tag", "-d", "digits@v0.0.1")
    done(project, "rm", "r0.95", "r0.5")
    run_git(project, "update-ref", "refs/tags/digits@v0.0.1", made)
    found = inside(project, "gc", "--yes")
    assert (found.code, len(found.out.splitlines())) == (0, 1)
    assert "digits@v0.0.1 was registered from it" in found.err
    assert "deleted 1 run for good" in found.err
    assert "nothing can be deleted" in done(project, "gc", "--yes")


def test_gates_are_those_of_the_working_tree(promoted: Path) -> None:
    (promoted / "exp.toml").write_text('[models.digits.stages.staging]\nrequire = ["acc > 0.94", "note"]\n')
    assert "fails  note  (empty)" in refused(promoted, 1, "promote", "digits@v0.0.1", "--to", "staging")
    found = inside(promoted, "promote", "digits@v0.0.1", "--to", "staging", "--note", "because")
    assert found.code == 0
    assert [line.split()[0] for line in found.out.splitlines()] == ["✓", "✓"]


@pytest.mark.parametrize(
    "rule", ["acc >", "metrcs.acc > 1", "current.acc > 1", ""], ids=["torn", "unknown", "current first", "empty"]
)
def test_a_broken_gate_stops_a_promotion(promoted: Path, rule: str) -> None:
    (promoted / "exp.toml").write_text(f"[models.digits.stages.staging]\nrequire = ['{rule}']\n")
    error = refused(promoted, 3, "promote", "digits@v0.0.1", "--to", "staging", "--force", "--note", "x")
    assert "models.digits.stages.staging.require" in error


def test_a_stage_whose_name_is_nearly_one_with_gates_is_warned_of(promoted: Path) -> None:
    assert "did you mean production?" in done(promoted, "promote", "digits@v0.0.2", "--to", "prodution")


def test_pushed_asks_the_remote_branches(promoted: Path, tmp_path: Path) -> None:
    (promoted / "exp.toml").write_text('[models.digits.stages.staging]\nrequire = ["pushed"]\n')
    assert "fails  pushed  (false)" in refused(promoted, 1, "promote", "digits@v0.0.1", "--to", "staging")
    run_git(tmp_path, "init", "-q", "--bare", "remote")
    run_git(promoted, "remote", "add", "origin", str(tmp_path / "remote"))
    run_git(promoted, "push", "-q", "origin", "main")
    done(promoted, "promote", "digits@v0.0.1", "--to", "staging")


def test_two_who_promote_at_once(promoted: Path) -> None:
    """However they meet: each that says it did has its own tag, one that came too late names the other."""
    for number in (3, 4):
        done(promoted, "models", "register", "r0.95", "--name", f"m{number}")
    both = [start(promoted, "promote", "digits@v0.0.2", "--to", stage) for stage in ("blue", "green", "red")]
    ended = [(process.communicate()[1].decode(), process.returncode) for process in both]
    tags = [tag for tag in read_tags(str(promoted)) if tag.name.startswith("digits#")]
    assert len(tags) == 1 + sum(code == 0 for _said, code in ended)
    assert len({tag.at for tag in tags}) == len({tag.name.rpartition("#")[2] for tag in tags}) == len(tags)
    for said, code in ended:
        assert code in (0, 1)
        assert (code == 0) or "Tester <tester@example.org> wrote the git tag digits#" in said


def test_another_clone_s_tag_of_the_same_name_is_refused_by_git(promoted: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", "remote")
    run_git(promoted, "remote", "add", "origin", str(tmp_path / "remote"))
    run_git(promoted, "push", "-q", "origin", "main", "--tags")
    run_git(tmp_path, "clone", "-q", str(tmp_path / "remote"), "clone")
    done(tmp_path / "clone", "promote", "digits@v0.0.2", "--to", "staging")
    done(promoted, "promote", "digits@v0.0.1", "--to", "staging")
    run_git(tmp_path / "clone", "push", "-q", "origin", "digits#staging#2")
    pushed = subprocess.run(
        ["git", "push", "origin", "digits#staging#2"], cwd=promoted, capture_output=True, check=False
    )
    assert pushed.returncode != 0


def test_a_clone_without_a_store_promotes_by_the_record(promoted: Path, tmp_path: Path) -> None:
    """Gates read the run's document from the tagged commit."""
    run_git(tmp_path, "clone", "-q", str(promoted), "clone")
    clone = tmp_path / "clone"
    error = refused(clone, 1, "promote", "digits@v0.0.2", "--to", "production")
    assert "fails  acc >= current.acc - 0.002  (0.9; current.acc = 0.95)" in error
    done(clone, "promote", "digits@v0.0.2", "--to", "staging")
    assert shown_by_gto(clone)["staging"] == "v0.0.2"
    done(clone, "undo")


def test_undo_does_not_go_over_somebody_else(promoted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latest = max(tag.at for tag in read_tags(str(promoted)))
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{latest + 5} +0000")
    run_git(promoted, "tag", "-a", "-m", "by hand", "digits#production#9", "digits@v0.0.2^{}")
    error = refused(promoted, 1, "undo")
    assert "Tester <tester@example.org> wrote the git tag digits#production#9 since" in error


def test_every_writing_stands_in_the_audit_log(promoted: Path) -> None:
    done(promoted, "undo")
    events = audited(str(promoted / ".exp"))
    assert [(event.kind, event.data["tag"]) for event in events] == [
        ("register", "digits@v0.0.1"),
        ("register", "digits@v0.0.2"),
        ("promote", "digits#production#1"),
        ("demote", "digits#production!#2"),
    ]
    assert stat.S_IMODE((promoted / ".exp/audit.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("log", ["audit.jsonl", "operations.jsonl"])
def test_a_log_that_can_t_be_written_is_a_warning_and_the_tag_stays(promoted: Path, log: str) -> None:
    (promoted / ".exp" / log).unlink()
    (promoted / ".exp" / log).mkdir()
    said = done(promoted, "promote", "digits@v0.0.2", "--to", "staging")
    assert "warning: " in said
    assert holder(promoted, "staging") == "v0.0.2"


def own_config(text: str) -> Path:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "exp"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)
    return folder


def test_the_user_s_own_commands_are_told(promoted: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    own_config(
        f"[events]\npromote = ['sh', '-c', 'cat >> {told}']\ndemote = [['sh', '-c', 'cat >> {told}'], ['false']]\n"
    )
    done(promoted, "promote", "digits@v0.0.2", "--to", "staging")
    said = done(promoted, "demote", "digits#staging")
    assert "warning: false ended with exit code 1" in said
    documents = [json.loads(line) for line in told.read_text().splitlines()]
    assert [(one["event"], one["tag"], one["version"]) for one in documents] == [
        ("promote", "digits#staging#2", "v0.0.2"),
        ("demote", "digits#staging!#3", "v0.0.2"),
    ]
    assert documents[0]["repository"] == str(promoted)


def test_the_repository_s_own_commands_are_never_run(promoted: Path, tmp_path: Path) -> None:
    with (promoted / "exp.toml").open("a") as file:
        file.write(f'[events]\npromote = ["touch", "{tmp_path}/ran"]\n')
    said = done(promoted, "promote", "digits@v0.0.2", "--to", "staging")
    assert "[events]" in said
    assert not (tmp_path / "ran").exists()


def test_a_broken_configuration_is_a_warning(promoted: Path) -> None:
    own_config("events = 1\n")
    said = done(promoted, "promote", "digits@v0.0.2", "--to", "staging")
    assert "warning: nobody was told" in said
    assert holder(promoted, "staging") == "v0.0.2"


def test_a_large_artifact_without_dvc_stays_with_its_run(project: Path) -> None:
    (project / "exp.toml").write_text("[snapshot]\nmax_file_size = 10\n")
    said = done(project, "models", "register", "r0.95", "--name", "digits")
    assert "stays with its run in .exp/" in said
    assert "is on this machine alone" in said
    (tag,) = read_tags(str(project))
    assert run_git(project, "ls-tree", "-r", "--name-only", tag.target).split() == ["document.json", "run.json"]


def test_killed_at_any_moment_there_is_a_whole_tag_or_none(project: Path) -> None:
    for delay_s in (0.15, 0.25, 0.35):
        words = [*EXP, "models", "register", "r0.95", "--name", f"k{int(delay_s * 100)}"]
        process = subprocess.Popen(words, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
    for tag in read_tags(str(project)):
        assert decode_message(tag.message)
    done(project, "models", "register", "r0.95", "--name", "digits")
    assert run_git(project, "fsck", "--connectivity-only", "--no-dangling") == ""


def test_a_read_only_repository_is_told_in_words(project: Path) -> None:
    if os.geteuid() == 0:
        (project / ".git/refs/tags").rmdir()
        (project / ".git/refs/tags").write_text("a file in the way")
    else:
        (project / ".git/refs/tags").chmod(0o500)
    error = refused(project, 1, "models", "register", "r0.95", "--name", "digits")
    assert "the git tag digits@v0.0.1 can't be written" in error
    assert "Traceback" not in error


def test_a_signed_tag_is_shown_so(project: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    made = subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=False)
    if made.returncode:
        pytest.skip("no ssh key can be made here")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key)), ("tag.gpgSign", "true")):
        run_git(project, "config", name, value)
    done(project, "models", "register", "r0.95", "--name", "digits")
    assert printed(project, "models", "show", "digits@v0.0.1", "--json")["signed"]
    assert "signed" in inside(project, "models", "show", "digits@v0.0.1").out
    assert shown_by_gto(project) == {"latest": "v0.0.1"}


def test_completion_of_stages_and_candidates(promoted: Path) -> None:
    def offered(line: str) -> list[str]:
        count = str(len(line.split(" ")) - 1)
        env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": count}
        return exp(promoted, env=env).out.split()

    assert offered("exp promote digits@v0.0.1 --to ") == ["production", "staging"]
    assert "digits@v0.0.2" in offered("exp promote dig")
    assert "r0.95" in offered("exp promote r0")
    assert offered("exp demote digits") == ["digits#production"]
