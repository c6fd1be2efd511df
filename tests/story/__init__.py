"""Whole deploys against an AWS with state that lives in this process."""
