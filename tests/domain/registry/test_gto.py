"""The fold says what GTO says: both are given the same tags, many of them nonsense."""

from collections.abc import Iterable
from typing import Any

import gto.tag
from gto.base import BaseRegistryState
from gto.constants import VersionSort, tag_re
from gto.exceptions import ManyVersions
from gto.versions import SemVer as TheirVersion
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scmrepo.git.objects import GitTag

from expbench.domain.registry.fold import Registry, fold, latest_version
from expbench.domain.registry.names import parse_tag_name
from expbench.domain.registry.tags import Tag
from expbench.domain.registry.versions import is_version, version_key
from tests.domain.registry.records import bare

SemVer: Any = TheirVersion  # it has no types
VERSIONS = ["v0.0.1", "v0.0.2", "v0.1.0", "v1.0.0-rc.1", "v1.0.0", "v1.0.0+build"]
COMMITS = ["1", "2", "3"]
NAMES = st.one_of(
    st.builds(
        "{}@{}{}{}".format,
        st.sampled_from(["m", "n/a"]),
        st.sampled_from(VERSIONS),
        st.sampled_from(["", "", "", "!"]),
        st.sampled_from(["", "", "#2", "#3"]),
    ),
    st.builds(
        "{}#{}{}#{}".format,
        st.sampled_from(["m", "n/a"]),
        st.sampled_from(["prod", "staging"]),
        st.sampled_from(["", "", "!"]),
        st.integers(1, 9),
    ),
    st.sampled_from(["m@deprecated", "m@deprecated#4", "dir=m@v0.0.1", "release-1", "m@latest", "m#prod"]),
)
TAGS = st.lists(
    st.builds(bare, NAMES, st.integers(1000, 1006), st.sampled_from(COMMITS)),
    max_size=14,
    unique_by=lambda tag: tag.name,
)


class Repository:
    """As much of a git repository as GTO asks for."""

    def __init__(self, tags: Iterable[Tag]) -> None:
        self.tags = {tag.name: tag for tag in tags}

    def list_tags(self) -> list[str]:
        return sorted(self.tags)

    def get_tag(self, name: str) -> Any:
        tag = self.tags[name]
        if not tag.annotated:
            return tag.target
        return GitTag(name, "0" * 40, tag.target, "Bob", "bob@example.org", tag.at, 0, tag.message)


def by_gto(tags: Iterable[Tag]) -> BaseRegistryState:
    """The state that GTO's own code makes of the tags."""
    state = BaseRegistryState()
    for manager in (gto.tag.TagArtifactManager, gto.tag.TagVersionManager, gto.tag.TagStageManager):
        state = manager.model_construct(scm=Repository(tags), config=None).update_state(state)
    return state


def said_by_gto(state: BaseRegistryState) -> dict[str, Any]:
    told = {}
    for name, model in state.artifacts.items():
        stages = model.get_vstages(sort=VersionSort.Timestamp)
        latest = model.get_latest_version(registered_only=True)
        told[name] = {
            "holders": {stage: (held[0].version, held[0].commit_hexsha) for stage, held in stages.items() if held},
            "latest": latest.version if latest else None,
            "active": model.is_active,
            "versions": {(v.version, v.commit_hexsha) for v in model.get_versions()},
        }
    return told


def said_by_us(registry: Registry) -> dict[str, Any]:
    told = {}
    for name, model in registry.models.items():
        latest = latest_version(model)
        told[name] = {
            "holders": {
                stage: (holder.version.version, holder.version.commit) for stage, holder in model.holders.items()
            },
            "latest": latest.version if latest else None,
            "active": not model.deprecated,
            "versions": {(v.version, v.commit) for v in model.versions if v.registration and not v.ended},
        }
    return told


@settings(max_examples=400, deadline=None)
@given(TAGS)
def test_holders_versions_and_deprecations_are_those_of_gto(tags: list[Tag]) -> None:
    try:
        state = by_gto(tags)
    except ManyVersions:
        assume(False)
    ours, theirs = said_by_us(fold(tags)), said_by_gto(state)
    if any("+" in version for version, _ in (pair for told in theirs.values() for pair in told["versions"])):
        for told in (*ours.values(), *theirs.values()):
            del told["latest"]  # builds of one version are equal, so that either is the latest
    assert ours == theirs


@given(NAMES | st.text(max_size=20) | st.text(alphabet="am1@#!=:/-_.v0", max_size=14))
def test_a_tag_s_name_means_the_same(name: str) -> None:
    match = tag_re.search(name) if "\n" not in name else None
    ours = parse_tag_name(name)
    assert (match is None) == (ours is None)
    if ours is not None and ours.action != "create":
        theirs = gto.tag.parse_name(name)
        actions = {"assign": "ASSIGN", "unassign": "UNASSIGN"}
        assert theirs["action"].name == actions.get(ours.action, ours.action.upper())
        assert (theirs["name"], theirs.get("version"), theirs.get("stage"), theirs.get("counter")) == (
            ours.model,
            ours.version,
            ours.stage,
            ours.counter,
        )


PARTS = st.from_regex(r"v[0-9]{1,2}\.[0-9]\.[0-9](-[0-9a-zA-Z.-]{1,6})?", fullmatch=True)


@given(st.lists(PARTS, max_size=8))
def test_versions_are_known_and_ordered_as_by_gto(texts: list[str]) -> None:
    assert [is_version(text) for text in texts] == [SemVer.is_valid(text) for text in texts]
    valid = [text for text in texts if is_version(text)]
    assert sorted(valid, key=version_key) == [version.version for version in sorted(SemVer(text) for text in valid)]
