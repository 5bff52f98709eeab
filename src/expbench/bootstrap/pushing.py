"""What speaks against a push, for the pre-push hook: settings that a branch's last commit must satisfy; and what is
left behind, where that can be known without a network.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from expbench.adapters.dvc.config import remote_dir
from expbench.adapters.dvc.verified import find_object
from expbench.adapters.git.history import trees_of
from expbench.bootstrap.workplace import Workplace
from expbench.domain.hooks import hook_settings
from expbench.services.linking import News
from expbench.services.pushing import pushed_refs, refusals

if TYPE_CHECKING:
    from expbench.domain.registry.fold import ModelVersion

TAGS: Final = "refs/tags/"


class Objections(NamedTuple):
    """Reasons to refuse, and what else must be said."""

    refusals: list[str]
    warnings: list[str]


def objections(place: Workplace, told: str) -> Objections:
    """What speaks against pushing what git told the hook. Raises `UsageError` for a filter with a mistake."""
    pushed = pushed_refs(told)
    warnings = _left_behind(place, [each.ref.removeprefix(TAGS) for each in pushed if each.ref.startswith(TAGS)])
    filters = hook_settings(place.settings.raw).push
    branches = [each for each in pushed if each.ref.startswith("refs/heads/")]
    if not filters or not branches:
        return Objections([], warnings)
    news = News(trees_of(place.project.root, [each.commit for each in branches]))
    return Objections(refusals(place.store, branches, news, filters, datetime.now(UTC)), warnings)


def _left_behind(place: Workplace, tags: list[str]) -> list[str]:
    """Versions whose git tag is pushed and whose artifact is not on the DVC remote, as far as files here tell."""
    remote = remote_dir(place.project.root) if any("@" in tag or "#" in tag for tag in tags) else None
    if remote is None:
        return []  # no model, or a remote that only the network knows
    found = {}
    for model in place.registry.models.values():
        for event in model.events:
            version = next((one for one in model.versions if one.commit == event.tag.target), None)
            if event.tag.name in tags and version is not None:
                found[f"{model.name}@{version.version}"] = version
    return [text for name, version in found.items() for text in _missing(place, remote, name, version)]


def _missing(place: Workplace, remote: str, name: str, version: "ModelVersion") -> list[str]:
    from expbench.bootstrap.verifying import recorded_digest, tagged

    record = version.registration.record if version.registration else None
    artifact = record["artifact"] if record else None
    digest = recorded_digest(place, tagged(place, version), artifact) if artifact else None
    if artifact is None or digest is None or find_object(remote, digest):
        return []
    return [f"{artifact['path']} of {name} is not on the DVC remote; type: dvc push --all-tags"]
