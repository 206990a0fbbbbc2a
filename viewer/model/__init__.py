"""Floor 2: the open viewer without Qt. Verbs go in, frozen snapshots come out.

The gui floor calls the verbs and shows the snapshots; ``app`` builds it. This floor knows all of the core; it must
never know PyQt5, widgets or pixels of the screen beyond the size of the canvas.
"""
