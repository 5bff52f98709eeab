"""What speaks against a push, for the pre-push hook: settings that a branch's last commit must satisfy."""

from datetime import UTC, datetime
from typing import NamedTuple

from expbench.adapters.git.history import trees_of
from expbench.bootstrap.workplace import Workplace
from expbench.domain.hooks import hook_settings
from expbench.services.linking import News
from expbench.services.pushing import pushed_refs, refusals


class Objections(NamedTuple):
    """Reasons to refuse, and what else must be said."""

    refusals: list[str]
    warnings: list[str]


def objections(place: Workplace, told: str) -> Objections:
    """What speaks against pushing what git told the hook. Raises `UsageError` for a filter with a mistake."""
    pushed = pushed_refs(told)
    filters = hook_settings(place.settings.raw).push
    branches = [each for each in pushed if each.ref.startswith("refs/heads/")]
    if not filters or not branches:
        return Objections([], [])
    news = News(trees_of(place.project.root, [each.commit for each in branches]))
    return Objections(refusals(place.store, branches, news, filters, datetime.now(UTC)), [])
