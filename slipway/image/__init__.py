"""From a commit to a tested digest in a registry."""
