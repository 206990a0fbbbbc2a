"""Getting frames: the lanes that carry out a plan (the share, this disk, decoding), and what the line can do, measured.

The model and the script facade hand in plans and take out pictures. This room knows plans, keys, executors and caches;
it must never know playheads, or why a frame is wanted.
"""
