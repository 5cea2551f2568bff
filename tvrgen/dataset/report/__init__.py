"""Pictures for people: what a dataset looks like."""
