"""Values set in params files, with every other byte of these kept: comments, order, quotes, line ends."""
