"""The local AWS account: its server as a process, its database, its files."""
