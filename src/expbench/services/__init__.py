"""Use cases, one a module: plain functions over ports. They read no clock, environment, terminal or cwd."""
