"""What touches the outside: git, DVC, the store, environments, processes."""
