"""The data version as a tree's own files tell it, before any data is there."""

import shutil
from pathlib import Path

from expbench.adapters.dvc.recorded import recorded_data
from expbench.adapters.dvc.version import DvcData
from tests.adapters.dvc.conftest import quiet


def test_it_is_what_measuring_finds_once_the_data_is_there(dvc_repository: Path, tmp_path: Path) -> None:
    measured = DvcData(str(dvc_repository), str(tmp_path / "cache")).measure(quiet).entries
    for name in ("data/raw.csv", "data/empty.txt", "sub/project/set.bin", "models/model.bin"):
        (dvc_repository / name).unlink()
    shutil.rmtree(dvc_repository / "images")
    told = recorded_data(str(dvc_repository))
    assert {entry["path"]: entry["hash"] for entry in told.entries} == {
        entry["path"]: entry["hash"] for entry in measured
    }
    assert told.outputs == {"models/model.bin", "parts/a.txt", "parts/b.txt"}
    assert told.problems == []


def test_without_dvc_there_is_nothing(repository: Path) -> None:
    assert recorded_data(str(repository)).entries == []
