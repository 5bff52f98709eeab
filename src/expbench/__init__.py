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
    from expbench.sdk.troubles import RecordingWarning as RecordingWarning

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
    if name == "RecordingWarning":
        from expbench.sdk.troubles import RecordingWarning

        return RecordingWarning
    if name not in __all__:
        raise AttributeError(f"module 'expbench' has no attribute {name!r}")
    from expbench.sdk import api

    api.connect(api.Beginnings(_begin, _adopt))
    globals().update({known: getattr(api, known) for known in __all__})
    return globals()[name]


def _begin(wish: Any) -> Any:  # noqa: ANN401  # sdk.api.Beginnings
    """Begin a run of this process's own; built where everything is built."""
    from expbench.bootstrap.alone import begin

    return begin(wish)


def _adopt(run_dir: str) -> Any:  # noqa: ANN401  # sdk.api.Beginnings
    """Take up the run that this process began before it became another program."""
    from expbench.bootstrap.alone import adopt

    return adopt(run_dir)


def __dir__() -> list[str]:
    return [*__all__, "ActiveRun", "RecordingWarning", "__version__"]
