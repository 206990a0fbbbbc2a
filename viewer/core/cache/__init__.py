"""Holding things within a budget of bytes.

The load room owns the caches; whoever makes a cache hands it a function that tells how urgently a key is needed. This
room knows keys and byte counts; it must never know frame numbers, playback or decoders.
"""
