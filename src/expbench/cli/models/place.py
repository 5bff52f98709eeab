"""What commands of the registry begin with: references to models, their completion, what is said of odd tags."""

from typing import TYPE_CHECKING, Annotated

import typer

from expbench.bootstrap.workplace import open_workplace
from expbench.cli.output import narrate
from expbench.cli.place import complete_run, current_dir
from expbench.domain.references import Stage, parse_reference
from expbench.domain.registry.fold import Registry
from expbench.errors import ExpError, UsageError

if TYPE_CHECKING:
    from expbench.bootstrap.promoting import Done

_SHOWN: int = 5


def narrate_strays(registry: Registry) -> None:
    """Name tags that look like a model's and count for nothing."""
    for stray in registry.strays[:_SHOWN]:
        narrate(f"warning: the git tag {stray.tag} is left out: {stray.why}")
    if len(registry.strays) > _SHOWN:
        narrate(f"warning: and {len(registry.strays) - _SHOWN} more such tags")


def holder_reference(text: str) -> Stage:
    """`MODEL#STAGE`. Raises `UsageError` for anything else."""
    reference = parse_reference(text)
    if isinstance(reference, Stage):
        return reference
    raise UsageError(f"{text!r} names no stage of a model", "it must be MODEL#STAGE, in quotes", "exp models ls")


def narrate_done(done: "Done") -> None:
    """Say which tags were written, what became of artifacts, and how the tags reach others."""
    from expbench.domain.registry.record import summary_line

    for one in done.written:
        narrate(f"{summary_line(one.record)}: git tag {one.tag}")
        for note in one.notes:
            narrate(note)
    for text in done.warnings:
        narrate(f"warning: {text}")
    if done.written:
        tags = " ".join(f"'{one.tag}'" for one in done.written)
        narrate(f"hint: git push origin {tags}")


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


def complete_candidate(incomplete: str) -> list[str]:
    """What can be promoted: versions, then runs."""
    return [*complete_version(incomplete), *complete_run(incomplete)]


def complete_stage(incomplete: str) -> list[str]:
    """Stages: those of `exp.toml`, those that some model has, and two that everybody knows."""
    from expbench.domain.registry.rules import declared_stages

    try:
        declared = declared_stages(open_workplace(current_dir()).settings.raw)
    except (ExpError, OSError):
        declared = []
    held = (stage for model in _registry().models.values() for stage in model.holders)
    offers = dict.fromkeys([*declared, *held, "staging", "production"])
    return [offer for offer in offers if offer.startswith(incomplete)]


def _registry() -> Registry:
    """The registry for the shell's completion; empty where there is none."""
    try:
        return open_workplace(current_dir()).registry
    except (ExpError, OSError):
        return Registry({})


StageHeld = Annotated[
    str, typer.Argument(metavar="MODEL#STAGE", help="A stage that is held.", autocompletion=complete_holder)
]
Note = Annotated[str, typer.Option("--note", metavar="S", help="Why; kept in the git tag for ever.")]
