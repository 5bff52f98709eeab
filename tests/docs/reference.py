"""docs/commands.md, made from what each `exp COMMAND --help` prints."""

import os
import subprocess
import sys
from typing import Final

from expbench.cli.commands import COMMANDS, GROUPS

HEAD: Final = """\
# Commands

Made from `exp COMMAND --help` by `python -m tests.docs.generate`; a test fails when it is out of date.

`stdout` is data and `stderr` is narration. Reading commands take `--json`; [recording.md](recording.md) has the
exit codes, [filters.md](filters.md) the filter language, [glossary.md](glossary.md) the words.

A RUN is one of these:

| typed | means |
| --- | --- |
| `7k3f` | the run whose id begins so |
| `sunny-kite-68` | the run of this name |
| `@`, `@~1`, `@~3` | the latest run, the one before it, the third before it |
| `best:acc` | the run with the best last value of the metric |
| `:/text` | the latest run whose command, name or note holds the text |
| `digits@v0.0.2` | the run that this version of a model was registered from |
| `digits#production` | the run behind the version that holds the stage |
"""


def commands_page() -> str:
    """The whole page."""
    sections: dict[str, list[str]] = {}
    for name, command in COMMANDS.items():
        texts = sections.setdefault(command.section, [])
        texts += [f"### exp {words}\n\n```text\n{help_of(*words.split())}\n```\n" for words in _with_its_own(name)]
    return "\n".join([HEAD, *(f"## {title}\n\n" + "\n".join(texts) for title, texts in sections.items())])


def _with_its_own(name: str) -> list[str]:
    """The command, and those of the group that it may be."""
    return [name, *(f"{name} {inner}" for inner in GROUPS.get(name, ()))]


def help_of(*words: str) -> str:
    """What `exp WORDS --help` prints, 100 columns wide."""
    environ = {**os.environ, "COLUMNS": "100", "LANG": "C.UTF-8"}
    argv = [sys.executable, "-m", "expbench", *words, "--help"]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
