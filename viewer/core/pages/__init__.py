"""Files of several pages: stacks and animations, opened as folders of pages.

Whoever builds the program enters here, and wraps the storage. This room knows how files are read and how pages lie in
them; it must never know the loader, caches or playheads.
"""
