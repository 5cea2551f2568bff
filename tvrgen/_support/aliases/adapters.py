"""Former path of `tvrgen.scoring.adapters`: the READMEs of exports name its modules `tvrgen.adapters.*`."""

from pathlib import Path

# A module with a path is a package: tvrgen.adapters.verl is the file scoring/adapters/verl.py. It is a module of its
# own beside tvrgen.scoring.adapters.verl, so a program imports adapters under one of the two names.
__path__ = [str(Path(__file__).parents[2] / "scoring" / "adapters")]
