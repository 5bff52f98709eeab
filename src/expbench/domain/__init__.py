"""The pure core: documents, events, queries, diffs. No I/O, no clock, no environment."""
