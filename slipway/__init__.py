"""The machinery behind the tasks; CONTRIBUTING.md has its rooms, and what may import what."""
