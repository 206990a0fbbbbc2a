"""A demo sequence for users who have no pictures: northern lights over a lake.

``app`` enters at ``storage``, which is imported only when the demo is opened: ``scene`` draws the frames, with
libraries that showing pictures does not take. This room knows how to draw; it must never know who looks.
"""

DEMO_FOLDER_NAME = "aurora-1"
"""The folder to keep the frames in, below the user's cache; its number goes up whenever the drawing changes."""
