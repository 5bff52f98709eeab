"""Git: finding the project, snapshots without side effects, changes between snapshots."""
