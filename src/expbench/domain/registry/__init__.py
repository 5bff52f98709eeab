"""The model registry as git tags tell it: names, versions, stages, records, gates. Pure; GTO's rules are the law."""
