"""Where bytes come from: lists a folder as a stream of names and reads files in pieces.

Only the load room, the scan, the model's watch and the front door enter here; this one has the first file read early.
This room knows paths, bytes, latency, what is mounted where and what its client keeps, and how names count up, for
those that a kept listing lacks; it must never know what an image is, or for whom it reads.
"""
