"""Whose turn it was: the versions that a stage went through, as far as going back makes sense.

Giving a stage to a version that had it before is going back to it: whatever came in between is then not in the way
any more, so that two rollbacks in a row go two steps back and never to the version that was just left.
"""

from expbench.domain.registry.fold import Model, ModelVersion, fold_model


def turns(model: Model, stage: str) -> list[ModelVersion]:
    """The holders of the stage up to the present one, oldest first; empty when nobody holds it."""
    known = {(one.version, one.commit): one for one in model.versions}
    path: list[tuple[str, str]] = []
    for count, event in enumerate(model.events, 1):
        if event.name.stage in (stage, None):
            held = fold_model(model.name, model.events[:count]).holders.get(stage)
            path = _moved(path, (held.version.version, held.version.commit) if held else None)
    return [known[key] for key in path] if stage in model.holders else []


def _moved(path: list[tuple[str, str]], holder: tuple[str, str] | None) -> list[tuple[str, str]]:
    if holder is None:
        return path
    return path[: path.index(holder) + 1] if holder in path else [*path, holder]


def previous(model: Model, stage: str) -> ModelVersion | None:
    """The version to go back to: the last one before the holder that is registered and not deprecated."""
    before = turns(model, stage)[:-1]
    return next((one for one in reversed(before) if one.proven and one.ended is None), None)
