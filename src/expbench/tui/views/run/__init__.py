"""The tabs of the run screen as lines: plain functions of a document and of what was found out about its run."""
