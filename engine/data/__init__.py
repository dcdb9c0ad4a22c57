"""Data sets: found, read whatever their format, checked, cached, downloaded, written.

Single pictures are in `images/`; augmentation is a technique of training (`engine/techniques/`). Read `dataset.py` for
what a data set is, then `find.py` for where one comes from.
"""
