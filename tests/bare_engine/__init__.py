"""An engine and base images for a bare Debian machine."""
