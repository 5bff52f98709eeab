"""An output that DVC keeps becomes an artifact: its very bytes, checked, or none."""

from hashlib import md5
from pathlib import Path

import pytest

from expbench.bootstrap.adopting import with_output
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from tests.bootstrap.recorded import RUN, artifact_file, nothing, recorded, with_artifact
from tests.domain.rerun_documents import entry

CONTENT = b"weights of dvc repro\n"
DIGEST = md5(CONTENT, usedforsecurity=False).hexdigest()
OUTPUT = entry("out/model.pkl", DIGEST, len(CONTENT))
FOLDER = entry("out/plots", f"{DIGEST}.dir")


@pytest.fixture
def place(repository: Path) -> Workplace:
    (repository / ".dvc").mkdir()
    (repository / ".dvc/config").touch()
    return open_workplace(str(repository))


@pytest.fixture
def cached(repository: Path) -> Path:
    """The output in the DVC cache."""
    file = repository / ".dvc/cache/files/md5" / DIGEST[:2] / DIGEST[2:]
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    return file


def run_with(place: Workplace, *outputs: object) -> RunDocument:
    return recorded(place, data={"outputs": list(outputs)})


def refused(place: Workplace, document: RunDocument) -> ExpError:
    with pytest.raises(ExpError) as caught:
        with_output(place, document, "out/model.pkl", nothing)
    assert caught.value.what == f"out/model.pkl of the run {RUN} can't be registered"
    assert place.store.read(RUN)["artifacts"] == [], "nothing was taken over"
    return caught.value


def test_the_one_that_is_named_and_the_only_one_are_taken_over(place: Workplace, cached: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    found = with_output(place, run_with(place, OUTPUT, FOLDER), None, lambda *told: seen.append(told))
    (artifact,) = found["artifacts"]
    assert (artifact["path"], artifact["size"]) == ("out/model.pkl", len(CONTENT))
    assert artifact_file(place, artifact).read_bytes() == CONTENT
    assert cached.read_bytes() == CONTENT
    assert place.store.read(RUN) == found
    assert ("checking out/model.pkl", len(CONTENT), len(CONTENT)) in seen


def test_what_is_an_artifact_already_is_not_taken_over_again(place: Workplace, cached: Path) -> None:
    run_with(place, OUTPUT)
    document = with_artifact(place, b"kept by the run", "out/model.pkl")
    cached.unlink()
    for path in ("out/model.pkl", "./out/model.pkl", None):
        assert with_output(place, document, path, nothing) is document


def test_of_several_none_is_meant_until_it_is_said_which(place: Workplace) -> None:
    document = run_with(place, OUTPUT, {**OUTPUT, "path": "other.pkl"})
    assert with_output(place, document, None, nothing) is document
    assert with_output(place, document, "nowhere", nothing) is document
    assert with_output(place, document, "out/plots", nothing) is document, "a folder is never one"


def test_what_the_cache_has_not_got_is_fetched_by_the_user(place: Workplace) -> None:
    error = refused(place, run_with(place, OUTPUT))
    assert (error.cause, error.hint) == ("the DVC cache has not got it", "dvc fetch")


def test_a_damaged_object_is_never_used(place: Workplace, cached: Path) -> None:
    cached.write_bytes(CONTENT.upper())
    error = refused(place, run_with(place, OUTPUT))
    assert (error.cause, error.hint) == (f"{cached} in the DVC cache is damaged", f"exp repro {RUN}")


def test_a_size_that_is_not_the_recorded_one_is_refused(place: Workplace, cached: Path) -> None:
    assert cached.stat().st_size == len(CONTENT)
    error = refused(place, run_with(place, {**OUTPUT, "size": 3}))
    assert error.cause == "the DVC cache's file changed while it was read"


def test_without_dvc_the_cache_has_nothing(repository: Path) -> None:
    place = open_workplace(str(repository))
    assert refused(place, run_with(place, OUTPUT)).cause == "the DVC cache has not got it"
