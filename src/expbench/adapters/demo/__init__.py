"""`exp demo`: a throwaway project with real runs, or a store full of synthetic ones for benchmarks."""
