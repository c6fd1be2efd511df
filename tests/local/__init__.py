"""The local AWS account and the engine behind it."""
