"""Moving: where the playhead is, where it may go and which frames it will want next.

The model enters here. This room knows positions, runs of them and the clock; it must never know files, pixels or
caches.
"""
