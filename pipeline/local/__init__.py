"""The local AWS account and the container engine behind it."""
