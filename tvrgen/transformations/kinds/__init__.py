"""The built-in kinds of change that are no attributes, one file each: a class in a file here is a kind."""
