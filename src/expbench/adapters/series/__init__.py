"""Metric series on disk: one file a series under `metrics/`, 24 bytes a point."""
