"""Bytes to the samples in them: one module for each reader, a library or our own.

Worker threads call the registry; :mod:`viewer.core.formats` says which decoder reads which file. This room knows bytes
and samples; it must never know folders, sequences, caches or threads. Only ``apart`` knows processes.
"""
