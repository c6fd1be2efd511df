"""AWS, one noun a file: what is asked of it and what it answers, and no policy."""
