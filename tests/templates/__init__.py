"""The way to the templates: rendering, two steps, checks and drawings."""
