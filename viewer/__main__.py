"""``python -m viewer`` and the command ``lookahead``."""

import sys

from viewer.launch import launched


def main() -> int:
    """Runs ``lookahead`` with the arguments of the process; returns the exit code."""
    return launched(_work)


def _work() -> int:
    from viewer import cli  # noqa: PLC0415 - only the process that does the work needs it

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
