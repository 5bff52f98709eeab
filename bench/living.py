"""`python -m bench.living FOLDER COUNT`: so many runs that go on, begun hours ago, each logging twice a second."""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from math import sin

from expbench.adapters.series.writer import SeriesWriter
from expbench.adapters.store.liveness import boot_id, hold, host_name
from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.domain.events import Event
from expbench.domain.fold import blank
from expbench.domain.ids import default_name, new_id


def main(folder: str, count: int) -> None:
    """Begin the runs, say so, and log until it is killed."""
    exp_dir = os.path.join(folder, ".exp")
    begun = (datetime.now(UTC) - timedelta(hours=2.5)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    create_store_dir(exp_dir)
    store = open_store(exp_dir)
    writers = []
    for _ in range(count):
        run_id = new_id(os.urandom(8))
        hold(store.run_dir(run_id))
        store.create({**blank(run_id, default_name(run_id), begun), "host": host_name()})
        store.append(run_id, [Event("started", begun, {"pid": os.getpid(), "boot_id": boot_id()})])
        writers.append(SeriesWriter(os.path.join(store.run_dir(run_id), "metrics"), "api"))
    print("begun", flush=True)
    for step in range(1_000_000):
        for number, writer in enumerate(writers):
            writer.append("loss", sin(step / 10 + number), step)
        time.sleep(0.5)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
