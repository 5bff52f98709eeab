"""The panes of the run screen, one class a tab; each is imported and made when it is first shown."""
