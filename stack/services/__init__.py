"""One module per stack; each has a `template()`."""
