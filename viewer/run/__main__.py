"""``python -m viewer.run`` and the command ``lookahead-run``."""

import sys

from viewer.launch import launched
from viewer.run import command


def main() -> int:
    """Runs ``lookahead-run`` with the arguments of the process; returns the exit code."""
    return launched(command.main)


if __name__ == "__main__":  # worker processes import this file
    sys.exit(main())
