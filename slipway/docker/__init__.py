"""The container engine, as it is found."""
