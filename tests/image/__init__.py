"""From a commit to a tested digest."""
