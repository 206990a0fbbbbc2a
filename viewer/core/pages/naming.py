"""The names of pages, by the text alone: ``/data/stack.tif`` holds ``stack page 0001.tif``, ``stack page 0002.tif``."""

from __future__ import annotations

import os

from viewer.core.formats import SUFFIXES
from viewer.core.patterns import late_pattern

ANIMATIONS, VOLUMES = frozenset({"GIF", "WebP", "PNG"}), frozenset({"FITS", "MRC", "EDF", "NPY"})
"""The formats whose files may be animations, or volumes, by their names."""
ANIMATION_SUFFIXES = frozenset[str]().union(*map(SUFFIXES.__getitem__, ANIMATIONS))
VOLUME_SUFFIXES = frozenset[str]().union(*map(SUFFIXES.__getitem__, VOLUMES))
PAGE_SUFFIXES = SUFFIXES["TIFF"] | ANIMATION_SUFFIXES | VOLUME_SUFFIXES

_PAGE = late_pattern(r" page ([0-9]{4,9})")


def may_hold_pages(path: str) -> bool:
    """Returns whether a file of this name can hold several pages, by the name alone."""
    return _parts(path)[1].lower() in PAGE_SUFFIXES


def holds_animation(path: str) -> bool:
    """Returns whether a file of this name is an animation if it holds several pages."""
    return _parts(path)[1].lower() in ANIMATION_SUFFIXES


def likely_holds_pages(path: str) -> bool:
    """Returns whether a file of this name holds several pages so often that it is worth to find out first."""
    return _parts(path)[1].lower() in SUFFIXES["TIFF"] | SUFFIXES["GIF"] | VOLUME_SUFFIXES


def page_name(container: str, number: int) -> str:
    """Returns the name of a page; ``number`` counts from 1."""
    stem, suffix = _parts(container)
    return f"{stem} page {number:04d}{suffix}"


def page_of(path: str) -> tuple[str, int] | None:
    """Returns the file that ``path`` is a page of and the page's number, from 1; None if it has no such name."""
    container, name = os.path.split(path)
    stem, suffix = _parts(container)
    if suffix.lower() not in PAGE_SUFFIXES:
        return None
    if not (name.startswith(stem) and name.endswith(suffix)):
        return None
    match = _PAGE.fullmatch(name, len(stem), len(name) - len(suffix))
    if match is None or page_name(container, int(match[1])) != name:
        return None
    return container, int(match[1])


def _parts(path: str) -> tuple[str, str]:
    """Returns the name of a file without its suffix, and the suffix with its dot."""
    stem, dot, suffix = os.path.split(path)[1].rpartition(".")
    return (stem, f".{suffix}") if dot else (suffix, "")
