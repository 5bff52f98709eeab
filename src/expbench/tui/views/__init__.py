"""View models: pure functions from documents to lines and cells with roles. None knows Textual."""
