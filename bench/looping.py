"""The programs whose CPU is counted, and which are killed: `python -P -m bench.looping MODE PEER [POINTS]`.

loop     log so many points of one series in a tight loop; with 0 points, only what surrounds the loop
paced    log for ever, 2,000 points a second at most; a byte is added to the file `acknowledged` after each call
count    print how many points another process finds in this folder
helpers  log one point, and print how many threads and child processes there are beside the program's own
"""

import os
import sys
import time
from itertools import count
from pathlib import Path

from bench.peers import KEY, PEERS, Log

PACE_S = 1 / 2000
ACKNOWLEDGED = "acknowledged"
PID = "pid"
MARK = "told: "


def main() -> None:
    """Do as the arguments say."""
    mode, name, *rest = sys.argv[1:]
    peer = PEERS[name]
    if mode == "loop":
        points = int(rest[0])
        peer.run(lambda log: loop(log, points))
    elif mode == "paced":
        peer.run(paced)
    elif mode == "count":
        tell(str(peer.read()))
    else:
        peer.run(helpers)


def loop(log: Log, points: int) -> None:
    """Points of one series."""
    for step in range(points):
        log(KEY, 0.5 * step, step)


def paced(log: Log) -> None:
    """Points without an end; what has been acknowledged is told by the length of a file, which outlives a kill."""
    Path(PID).write_text(str(os.getpid()))
    acknowledged = os.open(ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    due = time.monotonic()
    for step in count():
        log(KEY, 0.5 * step, step)
        os.write(acknowledged, b".")
        due += PACE_S
        time.sleep(max(0.0, due - time.monotonic()))


def helpers(log: Log) -> None:
    """Threads as the kernel counts them, which sees those of native libraries too, and direct children."""
    log(KEY, 0.5, 0)
    tasks = list(Path("/proc/self/task").iterdir())
    children = sum(len((task / "children").read_text().split()) for task in tasks)
    tell(f"+{len(tasks) - 1} threads, +{children} processes")


def tell(text: str) -> None:
    """Print a marked line."""
    print(f"\n{MARK}{text}", flush=True)


if __name__ == "__main__":
    main()
