"""Validation: is a dataset what its config says, file by file and record by record?"""
