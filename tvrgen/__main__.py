"""`python -m tvrgen` is the `tvrgen` command."""

import sys

from tvrgen.cli.main import main

sys.exit(main())
