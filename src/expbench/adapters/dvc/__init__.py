"""DVC-tracked data: what it truly holds, and keeping it. DVC itself only ever runs in a process of its own."""
