"""What is counted when a command is compared with its rival, and where the commands run."""
