"""`python -m tvrgen` is the `tvrgen` command."""

import sys

from tvrgen.cli import main

sys.exit(main())
