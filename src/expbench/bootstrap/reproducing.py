"""`exp repro` put together: consent first, then the rerun and its verdict.

What must stay true: before consent nothing of a foreign run is started, its own interpreter included.
"""

from collections.abc import Iterable
from typing import Final

from expbench.adapters.dvc.objects import is_complete
from expbench.adapters.environment.building import is_same
from expbench.adapters.environment.using import current_environment
from expbench.adapters.git.refs import has_object
from expbench.adapters.series.reader import blocks
from expbench.bootstrap.rerunning import Wish, rerun
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.recipe import Evidence
from expbench.domain.series import Points
from expbench.domain.tolerance import Tolerance
from expbench.domain.verdict import Series
from expbench.services.consenting import Ask, Caller, Effects, consent, is_own
from expbench.services.reproducing import Means, Reproduction, check_ended, reproduce

_ANY_PYTHON: Final = ("python",)


def agree(place: Workplace, document: RunDocument, wish: Wish, trust: str | None, ask: Ask, again: str = "") -> None:
    """Ask where it must be asked. Raises `UsageError` for a live one, `Refused` without consent.

    `again` is the command that a refusal names, that of `exp repro` by default.
    """
    check_ended(document)
    caller = Caller(wish.around.user, wish.around.host)
    effects = Effects() if is_own(document, caller) else _effects(place, document, wish)
    consent(document, caller, effects, trust, ask, again)


def reproduced(place: Workplace, document: RunDocument, wish: Wish, tolerance: Tolerance) -> Reproduction:
    """Rerun a run that was agreed to, and judge it. Raises `ExpError` where it was broken off."""
    means = Means(
        store=place.store,
        clock=place.clock,
        evidence=evidence(place),
        rerun=lambda recipe: rerun(place, document, recipe, wish),
        series=lambda run_id: _series(place, run_id),
    )
    return reproduce(document, means, tolerance)


def evidence(place: Workplace) -> Evidence:
    """What can be known before a rerun. Whether a remote gives what the cache lacks shows when it is asked."""
    return Evidence(lambda commit: has_object(place.project.root, commit), lambda _entry: True)


def _series(place: Workplace, run_id: str) -> Series:
    found = place.series(run_id)

    def points(key: str) -> Iterable[Points] | None:
        return blocks(found[key]) if key in found else None

    return points


def _effects(place: Workplace, document: RunDocument, wish: Wish) -> Effects:
    """What would be installed and downloaded, told without starting anything that the run names."""
    root, wanted = place.project.root, document["env"]
    now = current_environment(root, place.cache_dir, _ANY_PYTHON, root, wish.around.environ).env
    here = now.get("packages") or {}
    missing = [
        f"{name}=={version}"
        for name, version in sorted((wanted.get("packages") or {}).items())
        if here.get(name) != version
    ]
    downloads = [entry for entry in document["data"]["inputs"] if not is_complete(root, entry["hash"])]
    return Effects([] if is_same(wanted, now) else missing, downloads)
