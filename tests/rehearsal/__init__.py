"""The whole story of a deploy, on the real thing."""
