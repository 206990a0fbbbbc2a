"""How the names in a folder become frames: grouping, numbers and gaps, patterns that people type, scanning a folder.

Entered by the floors above, and by workers for :func:`~viewer.core.sequence.scan.scan`; everything here is immutable.
A sequence knows names, numbers and gaps, and must never learn about pixels, caches or playback.
"""
