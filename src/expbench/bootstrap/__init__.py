"""The one place that builds adapters, each when it is first asked for."""
