"""The system's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The real time, and a monotonic one."""

    def now(self) -> str:
        """The present as ISO 8601 UTC with microseconds and a final `Z`."""
        return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps."""
        return time.monotonic()
