"""Bytes to pixels, one file per library.

Workers of the load room call the registry; ``app`` says which decoders it holds. This room knows bytes and pixels; it
must never know folders, sequences, caches or threads.
"""
