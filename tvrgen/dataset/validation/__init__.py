"""Validation: compares a dataset with its config, file by file and record by record."""
