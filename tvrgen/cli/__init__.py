"""The `tvrgen` command: one file a subcommand, its flags beside its handler.

Imports every other package, inside `run` where they are heavy, so that `tvrgen --help` is quick. A new subcommand is a
file here (`HELP`, `DESCRIPTION`, `WHEN_STOPPED`, `arguments`, `run`) and an entry of `main.COMMANDS`.
"""
