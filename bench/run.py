"""`make bench`: measure every part, or those named, and print one table of ratios beside their targets.

python -m bench.run [--peers VENV] [--repeats N] [--markdown FILE] [PART...]
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    dashboard,
    hooking,
    isolating,
    listing,
    logging,
    plotting,
    recording,
    registry,
    starting,
    storing,
    watching,
)
from bench.bench import Bench
from bench.measure import Failed
from bench.report import MARKDOWN_HEAD, Row, heading, line, markdown, skipped_row

PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "starting": starting.rows,
    "listing": listing.rows,
    "registry": registry.rows,
    "recording": recording.rows,
    "isolating": isolating.rows,
    "storing": storing.rows,
    "logging": logging.rows,
    "plotting": plotting.rows,
    "dashboard": dashboard.rows,
    "hooking": hooking.rows,
    "watching": watching.rows,
}


def main() -> None:
    """Print the table. The exit code is 0 even when a target is missed: numbers are for people to judge."""
    arguments = _arguments()
    folder = Path("build/bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _isolate(folder)
    bench = Bench(folder, arguments.repeats, arguments.peers.resolve() if arguments.peers else None)
    print(f"CPU (user + system) of whole processes, medians of {bench.repeats}; lower is better but for '>='\n")
    print(heading())
    found = []
    for name in arguments.parts or PARTS:
        for row in measured(name, bench):
            print(line(row), flush=True)
            found.append(row)
    if arguments.markdown:
        arguments.markdown.write_text(MARKDOWN_HEAD + "".join(map(markdown, found)), encoding="utf-8")


def measured(name: str, bench: Bench) -> Iterator[Row]:
    """The rows of a part; one that can't go on says why in a row of its own."""
    try:
        yield from PARTS[name](bench)
    except (Failed, OSError, subprocess.CalledProcessError) as error:
        yield skipped_row(name, str(error)[:120])


def _isolate(folder: Path) -> None:
    """A home of its own, so that no setting of the user's is measured. Python may keep what it has compiled."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    for name in [name for name in os.environ if name.startswith(("GIT_", "EXP_", "DVC_", "PYTHON"))]:
        del os.environ[name]
    os.environ.update(HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"), XDG_CACHE_HOME=str(home / ".cache"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--peers", type=Path, help="the environment that holds the peers")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown, too: ratios only")
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        sys.exit(f"error: no such part: {', '.join(sorted(unknown))}\nhint: one of {', '.join(PARTS)}")
    return arguments


if __name__ == "__main__":
    main()
