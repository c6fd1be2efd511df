"""The machinery behind the tasks; CONTRIBUTING.md lists its packages, and what may import what."""
