"""Loads the items of any sequence early, for scripts, and holds those used last.

``prefetcher`` is what a script uses, with ``asking``, ``options``, ``settings`` (as type checkers know them) and
``plain``; ``given`` and ``opened`` make items of what it is given, and ``numbering`` finds them by number. ``engine``
has the lock, the threads and those who ask. ``access`` predicts which items come next, ``look_ahead`` makes positions
of that, ``choosing`` chooses what is loaded, ``stages`` is what a thread does with it, ``memory`` holds it, and
``waiting`` has the futures of the callers. ``following`` moves what a prefetcher holds with the one below it.
``sources`` and ``files`` say what an item is and how it is loaded: by the script's function, or from the files of a
folder. No module here knows Qt or the window, which has an engine of its own, ``core/load``.
"""
