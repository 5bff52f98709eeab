"""What commands of the registry begin with: references to models, their completion, what is said of odd tags."""

from typing import Annotated

import typer

from expbench.bootstrap.workplace import open_workplace
from expbench.cli.output import narrate
from expbench.cli.place import current_dir
from expbench.domain.references import Reference, Stage, Version, parse_reference
from expbench.domain.registry.fold import Registry
from expbench.errors import ExpError, UsageError

_SHOWN: int = 5


def narrate_strays(registry: Registry) -> None:
    """Name tags that look like a model's and count for nothing."""
    for stray in registry.strays[:_SHOWN]:
        narrate(f"warning: the git tag {stray.tag} is left out: {stray.why}")
    if len(registry.strays) > _SHOWN:
        narrate(f"warning: and {len(registry.strays) - _SHOWN} more such tags")


def model_reference(text: str, expected: str) -> Version | Stage:
    """`MODEL@VERSION` or `MODEL#STAGE`. Raises `UsageError`; `expected` says what may be typed."""
    reference: Reference = parse_reference(text)
    if isinstance(reference, Version | Stage):
        return reference
    raise UsageError(f"{text!r} names no version of a model", f"it must be {expected}", "exp models ls")


def complete_model(incomplete: str) -> list[str]:
    """Names of models."""
    return [name for name in _registry().models if name.startswith(incomplete)]


def complete_version(incomplete: str) -> list[str]:
    """`MODEL@VERSION` and `MODEL#STAGE`."""
    models = _registry().models.values()
    offers = [f"{model.name}@{version.version}" for model in models for version in model.versions]
    return [offer for offer in [*offers, *complete_holder(incomplete)] if offer.startswith(incomplete)]


def complete_holder(incomplete: str) -> list[str]:
    """`MODEL#STAGE`."""
    models = _registry().models.values()
    offers = [f"{model.name}#{stage}" for model in models for stage in model.holders]
    return [offer for offer in offers if offer.startswith(incomplete)]


def _registry() -> Registry:
    """The registry for the shell's completion; empty where there is none."""
    try:
        return open_workplace(current_dir()).registry
    except (ExpError, OSError):
        return Registry({})


ModelVersion = Annotated[
    str,
    typer.Argument(metavar="MODEL@VERSION", help="Or MODEL#STAGE, for its holder.", autocompletion=complete_version),
]
