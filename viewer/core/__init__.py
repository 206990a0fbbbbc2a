"""Floor 1: getting frames early and holding them. No Qt, no model.

Rooms, each with one subject: ``storage`` (where bytes come from), ``sequence`` (names and numbers), ``decode`` (bytes
to pixels), ``display`` (arithmetic on pixels), ``cache`` (holding), ``load`` (the two lanes), ``play`` (the playhead
and what it will want next), ``pages`` (files of several pages). ``loop`` and ``executor`` are the two seams to threads.

:class:`viewer.core.prefetcher.Prefetcher` puts them together for scripts.
"""
