"""`exp demo`: a project of real runs to look around in, and synthetic ones for benchmarks."""

from datetime import UTC, datetime
from pathlib import Path

from tests.cli.program import exp, git, inside, listed


def test_synthetic_runs_are_listed_and_have_ended(tmp_path: Path) -> None:
    made = exp(tmp_path, "demo", "many", "--runs", "25")
    assert (made.code, made.out) == (0, "")
    assert "wrote 25 synthetic runs to many\nhint: cd many && exp ls\n" in made.err
    documents = listed(tmp_path / "many")
    assert len({document["id"] for document in documents}) == 25
    now = datetime.now(UTC)
    assert all(datetime.fromisoformat(document["ended_at"]) <= now for document in documents)
    created = [document["created_at"] for document in documents]
    assert created == sorted(created, reverse=True)
    assert inside(tmp_path / "many", "doctor").code == 0


def test_synthetic_runs_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    for _ in range(2):
        assert inside(tmp_path, "demo", "many", "--runs", "5").code == 0
    assert len(listed(tmp_path / "many")) == 10


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("precious")
    refused = inside(tmp_path, "demo", "mine")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("error: ")
    assert "hint: exp demo" in refused.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_no_run_at_all_is_no_number_of_runs(tmp_path: Path) -> None:
    assert inside(tmp_path, "demo", "none", "--runs", "0").code == 2
    assert not (tmp_path / "none").exists()


def test_the_project_has_all_that_there_is_to_see(tmp_path: Path) -> None:
    made = exp(tmp_path, "demo", "shown", timeout=300)
    assert (made.code, made.out) == (0, "")
    root = tmp_path / "shown"
    runs = listed(root)
    assert len(runs) == 36
    assert {run["status"] for run in runs} == {"finished", "failed", "killed"}
    assert len({run["code"]["commit"] for run in runs}) >= 3 == len(git(root, "log", "--oneline").splitlines())
    assert len({run["data"]["version"] for run in runs}) >= 2
    assert {run["code"]["dirty"] for run in runs} == {True, False}
    assert len({str(sorted(run["params"].items())) for run in runs}) >= 20
    assert all("acc" in run["metrics"] for run in runs if run["status"] == "finished")
    assert not git(root, "status", "--porcelain")
    assert inside(root, "doctor").code == 0
    assert inside(root, "ls", "status = 'killed'", "--json").out.count('"id"') >= 3
    assert inside(root, "diff", "@", "@~20").out
