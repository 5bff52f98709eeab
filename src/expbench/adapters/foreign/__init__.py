"""Metrics that a run wrote with other tools: DVCLive folders, TensorBoard event files, metrics files.

What must stay true: nothing of those tools is imported or executed, only files that the run wrote count, and a file
that is hostile (a fifo, a link, endless, torn, nested) costs a warning at most.
"""
