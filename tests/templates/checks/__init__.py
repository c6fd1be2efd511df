"""The checks, each tripped by a good template that is broken in one thing."""
