"""Every command of `exp`: its module, its place in the help, and one line on what it does.

The table lets `exp --help` and `exp ls` start without importing the modules of all other commands.
"""

from typing import Final, NamedTuple


class Command(NamedTuple):
    """One command: the module under `expbench.cli` that holds it, the help section, and the summary."""

    module: str
    section: str
    summary: str


START: Final = "Start here"
LOOK: Final = "Look"
REPRODUCE: Final = "Reproduce"
REGISTRY: Final = "Registry"
KEEP: Final = "Keep in order"

COMMANDS: Final[dict[str, Command]] = {
    "run": Command("run", START, "Record one run of a command."),
    "log-metric": Command("log_metric", START, "Log points from any language, inside a run."),
    "init": Command("init", START, "Make .exp/ and a commented exp.toml; safe to repeat."),
    "demo": Command("demo", START, "Make a throwaway project with a few dozen real runs."),
    "ls": Command("ls", LOOK, "List runs, newest first; filter, sort, choose columns."),
    "tui": Command("tui", LOOK, "The dashboard: everything on one screen, by keys."),
    "show": Command("show", LOOK, "All that is known of a run."),
    "diff": Command("diff", LOOK, "What differs between two runs: code, data, params, env, metrics."),
    "plot": Command("plot", LOOK, "Curves in the terminal: metrics of one run or more, overlaid."),
    "metric": Command("metric", LOOK, "The points of one metric of a run."),
    "log": Command("log", LOOK, "A run's output; -f follows it live."),
    "status": Command("status", LOOK, "Live runs, the last result, alarms; --tmux for a status bar."),
    "top": Command("top", LOOK, "The list as plain text, live runs first."),
    "graph": Command("graph", LOOK, "Commits with the runs that hang on them."),
    "repro": Command("repro", REPRODUCE, "Run it again in a clean place, compare, and give a verdict."),
    "why": Command("why", REPRODUCE, "Which change moved a metric: code, data, params or environment."),
    "bisect": Command("bisect", REPRODUCE, "Which commit moved a metric."),
    "restore": Command("restore", REPRODUCE, "Put a run's files, data and environment into a new folder."),
    "models": Command("models", REGISTRY, "Models, versions and stages, kept in git tags."),
    "promote": Command("promote", REGISTRY, "Give a stage to a run or to a version of a model."),
    "demote": Command("demote", REGISTRY, "Take a stage from its holder."),
    "rollback": Command("rollback", REGISTRY, "Give a stage back to the version before."),
    "gate": Command("gate", REGISTRY, "Ask whether conditions hold for a run; for CI."),
    "hooks": Command("hooks", KEEP, "Git hooks that tie commits to runs: install, uninstall, status."),
    "tag": Command("tag", KEEP, "Add and remove tags and attributes: +a -b k=v."),
    "note": Command("note", KEEP, "Show or set a run's note."),
    "rename": Command("rename", KEEP, "Give a run another name."),
    "stop": Command("stop", KEEP, "Ask a live run to end."),
    "rm": Command("rm", KEEP, "Move runs to the trash."),
    "trash": Command("trash", KEEP, "List what is in the trash."),
    "undo": Command("undo", KEEP, "Take back the latest edit."),
    "gc": Command("gc", KEEP, "Empty the trash for good; lists first."),
    "doctor": Command("doctor", KEEP, "Check every file of the store."),
}

_MODELS: Final = "Commands"
# Commands of `exp models`; their modules are in `expbench.cli.models`.
MODELS: Final[dict[str, Command]] = {
    "ls": Command("ls", _MODELS, "Versions of all models, and who holds which stage."),
    "show": Command("show", _MODELS, "A version, where it came from and what happened to it."),
    "register": Command("register", _MODELS, "Make a version of a model from a run."),
    "deprecate": Command("deprecate", _MODELS, "Say that a version should not be used any more."),
    "diff": Command("diff", _MODELS, "What differs between two versions, five ways."),
    "verify": Command("verify", _MODELS, "Work out every hash of a version anew, offline."),
    "export": Command("export", _MODELS, "Write a version's files, checksums and a Dockerfile."),
    "history": Command("history", _MODELS, "Who did what to a model, when and why."),
}

# Commands that are groups of commands.
GROUPS: Final[dict[str, dict[str, Command]]] = {"models": MODELS}
