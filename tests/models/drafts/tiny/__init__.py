"""Tiny random models of real architectures, made from nothing in well under a second each.

What they draw is noise; that they draw the same noise along two ways is what tests compare. Only `pictures` can be
imported without torch.
"""
