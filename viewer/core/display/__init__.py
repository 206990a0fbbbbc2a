"""Arithmetic on pixels: any layout to 32 bits, frames to the size of the window, without holding up other threads.

Worker threads call :func:`~viewer.core.display.render.render`; the decoders use :mod:`~.pixels`. This room
knows arrays and their layouts, and the memory that they lie in; it must never know files, folders, caches or Qt.
"""
