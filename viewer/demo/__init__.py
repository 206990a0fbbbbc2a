"""A demo sequence for whoever has no pictures at hand.

``app`` enters here; ``storage`` draws the frames and is imported only when the demo is opened, because drawing takes
libraries that showing does not. This room knows how to draw; it must never know who looks.
"""

DEMO_FOLDER_NAME = "aurora-1"
"""The folder to keep the frames in, below the user's cache; its number goes up whenever the drawing changes."""
