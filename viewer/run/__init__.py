"""The command ``lookahead-run``: the user's function over all frames of a sequence, the results in a file or folder.

``function`` finds the function, ``work`` is what is done with each frame, ``values`` makes columns or files of what it
returned, ``output`` keeps the results so that a run can go on where another stopped, in a ``table`` and with ``stamps``
of the files, ``streams`` keeps the standard output for the table, ``progress`` shows how far it is, ``command`` puts
them together. Only :mod:`viewer.core` is known here; Qt and the window never.
"""
