"""Domain to text, shared by the command line and the dashboard."""
