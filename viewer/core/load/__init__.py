"""Getting frames: the two lanes, reading and decoding, that carry out a plan.

The model and the script facade hand in plans and take out pictures. This room knows plans, keys, executors and caches;
it must never know playheads, or why a frame is wanted.
"""
