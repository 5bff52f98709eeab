"""Git's hooks: where they live, and putting ours in front of what is there."""
