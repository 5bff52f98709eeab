"""Widgets: they draw lines and cells of the views, and hold what Textual needs to know."""
