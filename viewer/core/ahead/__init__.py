"""Getting the items of any sequence early, for scripts: what will be asked for next, and what is held.

``course`` tells where somebody is going, ``engine`` loads and holds by it, ``sources`` say what an item is and how it
is loaded: by somebody's function, or from the files of a folder. No room here knows Qt, windows or widgets.
"""
