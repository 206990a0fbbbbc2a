"""Holding things within a budget of bytes, in memory and on this disk.

The load room owns the caches; the owner of one in memory gives it a function that says how urgently a key is needed.
This room knows keys and byte counts; it must never know frame numbers, playback or decoders.
"""
