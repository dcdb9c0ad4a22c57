"""Classes and data sets by their names.

`engine/vocabulary/messages/known_data.py` has the names of data sets. In the order to read them:

    class_names.py: the names of classes, from folders or a list of them
    class_folders.py: which folder is which class
    files.py: what the files of a known data set are, and where they come from
    reading.py: such files, read
    usps.py: USPS, which is text
    download.py: such files, downloaded
"""
