"""Lazy sequences made from other sequences: mapped, reordered, joined, cycled, batched.

Each is a :class:`collections.abc.Sequence` that holds no items: asked for one, it asks the sequence below, which may be
a list, another view, or frames that load meanwhile. No module here knows files, frames or caches, starts threads, or
imports an array library. A view can be pickled when its parts can, and sees items added later.

====================================================  ========================================================
view                                                  equals, on lists
====================================================  ========================================================
``Mapped(f, a, b)``                                   ``[f(x, y) for x, y in zip(a, b)]``
``Collated(a, b)``                                    ``list(zip(a, b))``
``Switched(which, a, b)``                             ``[pair[w] for w, *pair in zip(which, a, b)]``
``Reordered(a, positions)``, ``view[2:9:3]``          ``[a[p] for p in positions]``, ``a[2:9:3]``
``Concatenated(a, b)``                                ``a + b``
``Interleaved(a, b)``                                 in turn, those that have ended left out
``Cycled(a)``, ``Cycled(a, 7)``                       ``itertools.cycle(a)``, its first 7
``Repeated(x, 7)``                                    ``[x] * 7``
``Batched(a, 4)``, ``Unbatched(b, 4)``                ``itertools.batched(a, 4)``, and back
``Split(a, 3)``, ``Split(a, [4, 6])``                 ``[a[:4], a[4:6], a[6:]]``
``Indexed(iterable)``                                 ``list(iterable)``, read as far as needed
``Inspected(a, f)``                                   ``a``, with ``f`` called at each look
====================================================  ========================================================
"""
