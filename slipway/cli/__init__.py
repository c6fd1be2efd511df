"""What a task does: it composes the rooms."""
