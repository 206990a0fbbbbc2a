"""Loads the items of any sequence early, for scripts: what will be asked for next, and what is held.

``prefetcher`` is what a script uses. ``access`` predicts which items come next, ``engine`` loads and holds by that,
``sources`` say what an item is and how it is loaded: by the script's function, or from the files of a folder. No
module here knows Qt, windows or widgets; the window has an engine of its own, ``core/load``.
"""
