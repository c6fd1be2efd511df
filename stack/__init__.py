"""The infrastructure, one file per concern."""
