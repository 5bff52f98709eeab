"""What is put before `PYTHONPATH` of a run's processes. Nothing here is imported by `exp` itself."""
