"""Floor 3: PyQt5. The window, its widgets, the commands and the bridge between Qt and the floors below.

``app`` enters by the main window. Keys are in ``keyboard``, menus in ``actions``, colours in ``theme``; widgets show
snapshots and send commands up. What needs no Qt is computed below or in a module of its own. This floor must never
know how frames are read, decoded or kept.
"""
