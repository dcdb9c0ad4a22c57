"""Data sets: found, read whatever their format, checked, cached, downloaded, written.

Single pictures are in `images/`; augmentation is a technique of training (`engine/techniques/`). In the order to read
them:

    dataset.py: what a data set is
    find.py: where one comes from
    idx.py, npz.py: MNIST's own format, and NumPy's
    folder.py, folder_files.py, folder_images.py: pictures in folders: read and written, found, brought into one form
    images/: a single picture
    checks.py: what is odd about a data set
    cache.py: decoded folders, kept for the next time
    names/: classes and data sets by their names; the full MNIST and those like it, downloaded
"""
