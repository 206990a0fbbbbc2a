"""A demo sequence for users who have no pictures: northern lights over a lake.

``app`` enters at ``storage``, which is imported only when the demo is opened: ``scene`` draws the frames, with
libraries that showing pictures does not take. This room knows how to draw; it must never know who looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from viewer.core.files import Route
    from viewer.core.storage.storage import Storage

DEMO_FOLDER_NAME = "aurora-1"
"""The folder to keep the frames in, below the user's cache; its number goes up whenever the drawing changes."""


def demo_route(cache: Path) -> Route:
    """Returns the folder of the demo below the user's folder ``cache``, and a function that makes its storage."""
    folder = str(cache / DEMO_FOLDER_NAME)

    def make() -> Storage:
        from viewer.demo.storage import demo_storage  # noqa: PLC0415 - draws with libraries that nothing else needs

        return demo_storage(folder)

    return folder, make
