"""The fold by example; `test_gto.py` compares it with GTO itself."""

from expbench.domain.registry.fold import fold, latest_version
from expbench.domain.registry.tags import Tag, when
from tests.domain.registry.records import bare, tag

V1, V2 = tag("m@v0.0.1", 100, "1"), tag("m@v0.0.2", 101, "2")


def holder(*tags: Tag, stage: str = "prod") -> str | None:
    held = fold(tags).models["m"].holders.get(stage)
    return held.version.version if held else None


def test_versions_come_from_the_highest_down() -> None:
    model = fold([V1, tag("m@v0.0.10", 99, "3"), V2]).models["m"]
    assert [one.version for one in model.versions] == ["v0.0.10", "v0.0.2", "v0.0.1"]
    assert all(one.proven for one in model.versions)


def test_the_last_promotion_holds_the_stage() -> None:
    one, two = tag("m#prod#1", 110, "2", version="v0.0.2"), tag("m#prod#2", 111, "1", version="v0.0.1")
    assert holder(V1, V2) is None
    assert holder(V1, V2, one) == "v0.0.2"
    assert holder(V1, V2, two, one) == "v0.0.1"
    held = fold([V1, V2, one, two]).models["m"]
    assert held.holders["prod"].given.tag.name == "m#prod#2"
    assert held.holders["prod"].proven
    assert [one.stages for one in held.versions] == [(), ("prod",)]


def test_demoting_the_holder_brings_back_the_one_before() -> None:
    given = [V1, V2, tag("m#prod#1", 110, "1", version="v0.0.1"), tag("m#prod#2", 111, "2", version="v0.0.2")]
    assert holder(*given, tag("m#prod!#3", 112, "2", version="v0.0.2")) == "v0.0.1"


def test_a_deprecated_version_holds_nothing_and_is_not_the_latest() -> None:
    ended = tag("m@v0.0.2!", 112, "2")
    tags = [V1, V2, tag("m#prod#1", 111, "2", version="v0.0.2"), ended]
    assert holder(*tags) is None
    model = fold(tags).models["m"]
    assert [one.ended and one.ended.tag.name for one in model.versions] == ["m@v0.0.2!", None]
    assert (latest := latest_version(model)) is not None
    assert latest.version == "v0.0.1"


def test_a_model_can_be_deprecated_and_come_back() -> None:
    ended = tag("m@deprecated", 120)
    assert fold([V1, ended]).models["m"].deprecated
    assert not fold([V1, ended, tag("m@v0.0.2", 121, "2")]).models["m"].deprecated


def test_a_stage_given_by_hand_counts_and_is_not_proven() -> None:
    held = fold([V1, bare("m#prod#1", 110, "1")]).models["m"].holders["prod"]
    assert held.version.proven
    assert not held.proven
    assert held.given.why == "its message holds no record of exp"


def test_a_record_that_speaks_of_another_version_proves_nothing() -> None:
    held = fold([V1, V2, tag("m#prod#1", 110, "1", version="v0.0.2")]).models["m"].holders["prod"]
    assert held.version.version == "v0.0.1"
    assert not held.proven


def test_a_record_under_another_name_is_not_believed() -> None:
    """A tag copied by hand, `git tag n@v9.9.9 m@v0.0.1`, keeps its message."""
    copied = V1._replace(name="n@v9.9.9")
    version = fold([copied]).models["n"].versions[0]
    assert not version.proven
    assert version.registration is not None
    assert version.registration.why == "its record speaks of something else: register of m v0.0.1"


def test_a_stage_of_a_commit_that_nobody_registered() -> None:
    held = fold([bare("m#prod#1", 110, "7")]).models["m"].holders["prod"]
    assert (held.version.version, held.version.registration) == ("7".rjust(40, "0"), None)


def test_what_counts_for_nothing_is_named() -> None:
    registry = fold(
        [
            bare("m@v0.0.1", 1)._replace(annotated=False),
            bare("m@v0.0.2", 1)._replace(target_is_commit=False),
            bare("m@created", 1),
            bare("release-1", 1),
        ]
    )
    assert registry.models == {}
    assert [stray.tag for stray in registry.strays] == ["m@v0.0.1", "m@v0.0.2", "m@created"]


def test_where_several_versions_are_at_one_commit_the_last_is_meant() -> None:
    """GTO gives up there; a listing must not."""
    tags = [tag("m@v0.0.1", 100, "1"), tag("m@v0.0.2", 101, "1"), tag("m#prod#3", 102, "1", version="v0.0.2")]
    assert holder(*tags) == "v0.0.2"


def test_a_version_is_found_by_its_name() -> None:
    model = fold([V1, bare("m@v0.0.1#2", 150, "9")]).models["m"]
    assert (found := model.version("v0.0.1")) is not None
    assert found.commit == "9".rjust(40, "0")
    assert model.version("v9.0.0") is None


def test_absurd_times_can_be_written() -> None:
    assert when(0) == "1970-01-01T00:00:00Z"
    assert when(10**30) == "9999-12-31T23:59:59Z"
    assert when(-(10**30)) == "0001-01-01T00:00:00Z"
