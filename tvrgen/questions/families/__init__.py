"""Families of questions, one file each; `questions.registry` finds them."""
