"""What people see: consumes events, decides nothing."""
