"""``python -m viewer.run``."""

import sys

from viewer.run.command import main

if __name__ == "__main__":  # worker processes import this file
    sys.exit(main())
