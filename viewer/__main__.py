"""``python -m viewer`` and the command ``lookahead``."""

import sys

from viewer import cli
from viewer.launch import launched


def main() -> int:
    """Runs ``lookahead`` with the arguments of the process; returns the exit code."""
    return launched(cli.main)


if __name__ == "__main__":
    sys.exit(main())
