"""Datasets as an enemy would send them, and what every command may do with them."""
