"""Named results on this disk: what a function returned for its arguments, kept until it is not used for longest.

``encoding`` tells values apart, ``code`` functions and classes, ``files`` what paths lead to, ``key`` calls.
``packing`` turns values into plain data and buffers and back, ``entry`` is the file of one result, ``store`` the folder
of them, ``cache`` puts them together, with results in memory before them. ``settings`` reads a configuration,
``quarantine`` takes files that could not be loaded. No room here knows sequences, prefetching or where a function runs,
and nothing read from the disk is ever executed.
"""
