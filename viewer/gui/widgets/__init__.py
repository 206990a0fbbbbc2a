"""The parts of the window: each shows its part of a ``ViewState``; its signals name in the past tense what happened.

The main window makes them, passes snapshots and colours to them, and connects their signals to the model's verbs.
They must never know the file system, threads or the model.
"""
