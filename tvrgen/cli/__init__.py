"""The `tvrgen` command, one file a subcommand: its arguments beside its handler.

Imports every other package, inside functions where they are heavy. A new subcommand is a file here and a line in
`main`.
"""
