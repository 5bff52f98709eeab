"""What a large place shows beside the list: curves of the chosen runs, and the end of a log, both as they grow."""
