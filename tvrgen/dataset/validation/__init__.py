"""Validation: a dataset is compared with its config, file by file and record by record."""
