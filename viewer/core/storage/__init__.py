"""Where bytes come from: lists a folder as a stream of names and reads files in pieces.

Only the load room, the scan, the model's watch and the front door enter here. This room knows paths, bytes and latency;
it must never know what an image or a sequence is, or for whom it reads.
"""
