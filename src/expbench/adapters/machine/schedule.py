"""When to sample: soon, so that a short run has something to show, then ever less often, so that a week stays small.

A second apart for the first 20 seconds, a twentieth of the run's age after that, 15 seconds at most: 67 samples in
the first minute and a half, 5,800 a day.
"""

from typing import Final

# psutil is loaded and takes its first look here, and half a second later there is a rate to tell.
FIRST_LOOK_S: Final = 0.5
FIRST_SAMPLE_S: Final = 1.0
SHORTEST_S: Final = 1.0
LONGEST_S: Final = 15.0
SHARE: Final = 1 / 20


def next_due(elapsed_s: float) -> float:
    """When the next sample is due after one at `elapsed_s`, in seconds since the run's start."""
    return elapsed_s + min(LONGEST_S, max(SHORTEST_S, elapsed_s * SHARE))
