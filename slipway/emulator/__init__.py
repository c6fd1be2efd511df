"""The local AWS account's server: MiniStack with its gaps closed, a program of its own."""
