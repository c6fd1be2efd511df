"""The templates."""
