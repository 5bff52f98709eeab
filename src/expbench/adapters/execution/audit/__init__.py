"""Which files a run's Python processes read: a hook put into them, and what it wrote, read back."""
