"""What a task does, and how it ends."""
