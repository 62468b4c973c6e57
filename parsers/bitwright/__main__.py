"""`python -m bitwright`: the command line."""

from __future__ import annotations

import sys

from bitwright.cli import main

sys.exit(main())
