"""Getting frames for the window: plans, the lanes that carry them out, what is held, and what the link can do.

The model gives plans to the loader and takes pictures from it. This room knows plans, paths, executors and caches; it
must never know playheads, or why a frame is wanted.
"""
