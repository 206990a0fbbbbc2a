"""Moving: where the playhead is, where it may go and what it will want next.

The model and the script facade enter here. This room knows positions, runs of them and the clock; it must never know
files, frames of pixels or caches.
"""
