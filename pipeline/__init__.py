"""The typed logic behind the tasks: what knows, what decides, what does."""
