"""The checkout, as git names it."""
