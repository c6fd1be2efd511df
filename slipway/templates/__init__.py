"""The only way to the templates in stack/: render, compose, check and draw them."""

from stack.options import Options

__all__ = ["Options"]
