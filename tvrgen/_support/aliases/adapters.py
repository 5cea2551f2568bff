"""Former path of `tvrgen.scoring.adapters`: the READMEs of exports name its modules `tvrgen.adapters.*`."""

from pathlib import Path

# a module with a path is a package: tvrgen.adapters.verl is the file scoring/adapters/verl.py
__path__ = [str(Path(__file__).parents[2] / "scoring" / "adapters")]
