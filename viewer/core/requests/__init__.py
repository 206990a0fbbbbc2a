"""Requests for loads, in an order of their own: by priority, each id loaded once, cancelled singly or in bulk.

Scripts request here items that stand in no sequence. This room knows ids, functions and callbacks; it must never know
frames, files or what the functions do.
"""
