"""Private work trees: a run's snapshot with its data, at a place where nobody else works."""
