"""The parts of the window: each shows its part of a ``ViewState`` and says what was done to it in past-tense signals.

The main window makes them, hands them snapshots and colours, and connects their signals to the model's verbs. They
must never know the file system, threads, the model or each other.
"""
