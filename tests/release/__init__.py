"""From a tested digest to a proven service."""
