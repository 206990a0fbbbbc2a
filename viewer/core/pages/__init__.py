"""Files of several pages: stacks and animations, opened as folders of pages.

A storage is wrapped in :class:`~viewer.core.pages.paged.PagedStorage`. This room knows how files are read and how pages
lie in them; it must never know the loader, caches or playheads.
"""
