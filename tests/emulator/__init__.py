"""The local AWS account's server, part by part."""
