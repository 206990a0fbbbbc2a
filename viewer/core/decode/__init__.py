"""Bytes to pixels, one file per library.

Worker threads call the registry; :mod:`viewer.core.formats` says which decoder reads which file. This room knows bytes
and pixels; it must never know folders, sequences, caches or threads. Only ``apart`` knows processes.
"""
