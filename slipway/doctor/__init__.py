"""`invoke doctor`: what is missing or wrong in an environment; nothing is changed."""
