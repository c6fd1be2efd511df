"""What only the delivery stack has: the repository, and the identity that deploys."""
