"""The experiment workbench that lives in your git repository and in your terminal."""

__version__ = "0.1.0"
