"""Lookahead: an image-sequence viewer for folders on slow network shares.

Three floors; imports only go down, and ``lint-imports`` checks it::

    front door   __main__, cli, arguments, measure, diagnose, app, demo, places    builds everything, once
                 run      the command for scripts, which knows the core only
    floor 3      gui      PyQt5: widgets show snapshots and send commands
    floor 2      model    the open viewer without Qt: verbs in, snapshots out
    floor 1      core     getting frames early and holding them, without Qt

Each folder is a room with one subject; its ``__init__`` says what lives there, who may enter and what must never be
known there.
"""

__version__ = "0.1.0"
