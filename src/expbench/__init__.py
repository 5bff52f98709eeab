"""The experiment workbench that lives in your git repository and in your terminal.

    import expbench

    with expbench.start_run():
        expbench.log_metric("loss", 0.31, step=3)

Names are MLflow's. Importing this costs next to nothing: the rest is loaded by the first call.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; typing itself would be most of this import's cost
if TYPE_CHECKING:
    from typing import Any

    from expbench.sdk.active import ActiveRun as ActiveRun
    from expbench.sdk.api import (
        active_run,
        add_tag,
        end_run,
        log,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_metric,
        log_metrics,
        log_param,
        log_params,
        log_text,
        params,
        set_note,
        set_tag,
        should_stop,
        start_run,
    )

__version__ = "0.1.0"

__all__ = [
    "active_run",
    "add_tag",
    "end_run",
    "log",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "params",
    "set_note",
    "set_tag",
    "should_stop",
    "start_run",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the API holds
    """Load the API when a name of it is first asked for."""
    if name == "ActiveRun":
        from expbench.sdk.active import ActiveRun

        return ActiveRun
    if name not in __all__:
        raise AttributeError(f"module 'expbench' has no attribute {name!r}")
    from expbench.sdk import api

    api.connect(_begin)
    globals().update({known: getattr(api, known) for known in __all__})
    return globals()[name]


def _begin(name: Any, experiment: Any, tags: Any, parent: Any) -> Any:  # noqa: ANN401  # sdk.api.Begin
    """Begin a run of this process's own; built where everything is built."""
    from expbench.bootstrap.alone import begin

    return begin(name, experiment, tags, parent)


def __dir__() -> list[str]:
    return [*__all__, "ActiveRun", "__version__"]
