"""An export is whole or not at all, over nothing that was there; and what is told of a version that was written."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from expbench.bootstrap import exporting
from expbench.bootstrap.exporting import export
from expbench.bootstrap.notary import announce
from expbench.bootstrap.promoting import carry_out, plan_promotion, register_run
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.errors import ExpError, Mismatch, UsageError
from expbench.services.exporting import Exported
from expbench.services.notary import Written
from expbench.services.registering import Wish
from tests.bootstrap.recorded import nothing, recorded, with_artifact
from tests.cli.registry import copied
from tests.conftest import run_git

MODEL = b"a model of accuracy 0.95\n"


@pytest.fixture(scope="module")
def made(template_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one version; what a test changes, it changes in a copy."""
    root = copied(template_repository, tmp_path_factory.mktemp("exporting") / "project")
    place = open_workplace(str(root))
    recorded(place, name="r0.95", metrics={"acc": 0.95})
    with_artifact(place, MODEL)
    register_run(place, "r0.95", Wish("digits"))
    return root


@pytest.fixture
def place(made: Path) -> Workplace:
    return open_workplace(str(made))


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Workplace:
    return open_workplace(str(copied(made, tmp_path / "project")))


def exported(place: Workplace, folder: Path, version: str | None = "v0.0.1") -> Exported:
    return export(place, "digits", version, None if version else "production", str(folder), nothing)


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_all_of_it_and_checksums_of_that(place: Workplace, tmp_path: Path) -> None:
    found = exported(place, tmp_path / "a/out")
    assert (tmp_path / "a/out" / found["artifact"]).read_bytes() == MODEL
    assert found["sha256"] == hashlib.sha256(MODEL).hexdigest()
    assert os.listdir(tmp_path / "a") == ["out"], "no draft is left"
    files = below(tmp_path / "a/out")
    assert {"code/train.py", "run.json", "model.json", "params.json", "requirements.txt", "Dockerfile"} < files
    assert len(files) == found["files"]
    lines = (tmp_path / "a/out/SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert set(sums) == files - {"SHA256SUMS"}
    assert all(hashlib.sha256((tmp_path / "a/out" / name).read_bytes()).hexdigest() == sums[name] for name in sums)


@pytest.mark.parametrize("there", ["file", "full"])
def test_nothing_is_overwritten(place: Workplace, tmp_path: Path, there: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    with pytest.raises(ExpError) as caught:
        exported(place, tmp_path / there)
    assert caught.value.what == "the model can't be exported"
    assert caught.value.cause == f"{tmp_path / there} is there already, and nothing is ever overwritten"
    assert below(tmp_path) == {"file", "full/mine"}


def test_a_folder_that_can_not_be_made_leaves_none_behind(place: Workplace, tmp_path: Path) -> None:
    with pytest.raises(ExpError) as caught:
        exported(place, tmp_path / "new" / ("x" * 300) / "deep")
    assert caught.value.cause.endswith("File name too long")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_takes_nothing_of_anybody_else(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second export puts its folder beside ours meanwhile."""

    def full(_target: str) -> int:
        (tmp_path / "new/theirs").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "_write_checksums", full)
    with pytest.raises(ExpError) as caught:
        exported(place, tmp_path / "new/ours")
    assert caught.value.cause == f"{tmp_path / 'new/ours'}: No space left on device"
    assert os.listdir(tmp_path / "new") == ["theirs"]


def test_unknown_models_versions_and_stages_are_named(place: Workplace, tmp_path: Path) -> None:
    for model, version, stage in (("digit", "v0.0.1", None), ("digits", "v9.0.0", None), ("digits", None, "prod")):
        with pytest.raises(UsageError):
            export(place, model, version, stage, str(tmp_path / "out"), nothing)
    assert not (tmp_path / "out").exists()


def test_the_holder_of_a_stage_is_the_one_that_is_exported(copy: Workplace, tmp_path: Path) -> None:
    carry_out(copy, plan_promotion(copy, "digits@v0.0.1", "production"))
    copy.reread_registry()
    assert exported(copy, tmp_path / "out", version=None)["version"] == "v0.0.1"


def test_a_damaged_copy_is_passed_over_for_a_sound_one(copy: Workplace, tmp_path: Path) -> None:
    """The store's is damaged; the tagged commit's is what was registered."""
    (file,) = Path(copy.project.exp_dir).rglob("artifacts/model.pkl")
    file.chmod(0o600)
    file.write_bytes(MODEL.upper())
    found = exported(copy, tmp_path / "out")
    assert (tmp_path / "out" / found["artifact"]).read_bytes() == MODEL


def test_a_version_by_hand_has_no_files_that_anybody_knows(copy: Workplace, tmp_path: Path) -> None:
    run_git(Path(copy.project.root), "tag", "-a", "digits@v7.0.0", "-m", "by hand")
    copy.reread_registry()
    with pytest.raises(ExpError) as caught:
        exported(copy, tmp_path / "out", "v7.0.0")
    assert caught.value.what == "digits@v7.0.0 can't be exported"
    assert caught.value.hint == "exp models show digits@v7.0.0"
    assert not (tmp_path / "out").exists()


def test_where_no_copy_is_sound_nothing_is_made(
    place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "copies_of", lambda *_: iter(()))
    with pytest.raises(Mismatch) as caught:
        exported(place, tmp_path / "a/out")
    assert (caught.value.cause, caught.value.hint) == ("model.pkl is not here", "dvc fetch --all-tags")
    assert list(tmp_path.iterdir()) == []


def announced(place: Workplace) -> tuple[Sequence[Written], list[str]]:
    written = carry_out(place, plan_promotion(place, "digits@v0.0.1", "production")).written
    return written, announce(place, written)


def test_what_fails_after_a_tag_is_a_warning_and_the_tag_stays(copy: Workplace) -> None:
    audit = Path(copy.project.exp_dir) / "audit.jsonl"
    assert audit.is_file()
    audit.unlink()
    audit.mkdir()
    written, warnings = announced(copy)
    assert len(warnings) == 1
    assert run_git(Path(copy.project.root), "tag", "-l", "digits#*") == written[0].tag


def test_damaged_settings_of_ones_own_tell_nobody_and_that_is_said(
    copy: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config/exp").mkdir(parents=True)
    (tmp_path / "config/exp/config.toml").write_text("[events\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    written, warnings = announced(copy)
    assert written
    assert warnings[0].startswith("nobody was told: ")


def test_a_command_of_ones_own_is_told_of_the_event(
    copy: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config/exp").mkdir(parents=True)
    (tmp_path / "config/exp/config.toml").write_text(f"[events]\npromote = ['tee', '{tmp_path}/told']\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    written, warnings = announced(copy)
    assert warnings == []
    assert written[0].tag in (tmp_path / "told").read_text()
