"""Requests for loads, in an order of their own: by priority, each id loaded once, taken back singly or in bulk.

Scripts ask here for what stands in no sequence. This room knows ids, functions and who is to be told; it must never
know frames, files or what the functions do.
"""
