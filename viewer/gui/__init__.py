"""Floor 3: PyQt5. The window, its widgets, the commands and the bridge between Qt and the floors below.

``app`` enters it by the main window; widgets show snapshots and send commands up. What can be computed without Qt is
computed below or in a module of its own; it must never be known here how frames are read, decoded or kept.
"""
