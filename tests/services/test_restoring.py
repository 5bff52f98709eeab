"""What is said of a restored run: what isn't there, and a line that can be pasted."""

from typing import Any, cast

import pytest

from expbench.domain.document import RunDocument
from expbench.domain.fold import blank
from expbench.errors import ExpError
from expbench.services.restoring import RestoredEnv, missing, next_command, refuse_foreign_cwd, restored

BUILT: RestoredEnv = {"python": "/d/.venv/bin/python", "how": "packages", "pinned": True}


def run(**changes: Any) -> RunDocument:
    """A run of `python train.py` with the changes given."""
    document = blank("0123456789ab", "a-run", "2025-01-01T00:00:00Z")
    return cast(RunDocument, {**document, "command": ["python", "train.py", "--note", "a b"], **changes})


def test_the_command_can_be_pasted() -> None:
    assert next_command(run(), "/d/my dir", None) == "cd '/d/my dir' && python train.py --note 'a b'"
    assert next_command(run(cwd="sub"), "/d", None).startswith("cd /d/sub && ")


def test_with_an_environment_it_is_entered_first_and_its_own_python_runs() -> None:
    document = run(command=["env", "A=1", "/home/me/v/bin/python3", "-u", "x.py"])
    assert next_command(document, "/d", BUILT) == "cd /d && . /d/.venv/bin/activate && env A=1 python -u x.py"


def test_an_environment_that_was_not_built_is_not_entered() -> None:
    assert "activate" not in next_command(run(), "/d", {**BUILT, "how": "current"})


def test_all_that_is_not_there_is_named_once() -> None:
    code = {**run()["code"], "omitted": [{"path": "big.bin", "size": 9, "reason": "it is larger than 1 MB"},
                                         {"path": "lib", "size": 0, "reason": "it has changes"}]}  # fmt: skip
    data = {"version": "v", "inputs": [{"path": "data", "hash": "h", "size": 1, "files": 1}], "outputs": []}
    document = run(code=code, data=data)
    assert [each["path"] for each in missing(document, ["lib", "other"], False)] == [
        "big.bin",
        "lib",
        "other",
        "data",
    ]
    assert [each["path"] for each in missing(document, [], True)] == ["big.bin", "lib"]
    assert "larger than 1 MB" in missing(document, [], True)[0]["reason"]


def test_the_account_names_data_only_when_it_came() -> None:
    data = {"version": "v", "inputs": [{"path": "data", "hash": "h", "size": 1, "files": 1}], "outputs": []}
    assert restored(run(data=data), "/d", 3, [], False, None)["data"] == []
    account = restored(run(data=data), "/d", 3, [], True, BUILT)
    assert account["data"] == data["inputs"]
    assert (account["run"], account["files"], account["env"]) == ("0123456789ab", 3, BUILT)


@pytest.mark.parametrize("cwd", ["/etc", "../x", "a/../../x"])
def test_a_folder_outside_of_the_repository_is_refused(cwd: str) -> None:
    with pytest.raises(ExpError):
        refuse_foreign_cwd(run(cwd=cwd))
    refuse_foreign_cwd(run(cwd="a/..b"))
