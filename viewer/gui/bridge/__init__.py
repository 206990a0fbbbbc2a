"""The core's seams fulfilled with Qt: the loop, the executors, a decoder, and pixels as images.

``app`` makes these and gives them to the core. This room knows Qt and the core's protocols; it must never know the
model or widgets.
"""
