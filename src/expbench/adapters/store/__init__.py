"""The store: journals (the truth), the TinyDB index made from them, the trash, and the locks between processes."""
