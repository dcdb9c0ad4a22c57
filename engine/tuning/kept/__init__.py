"""Where a study is kept: a database, or a journal that several engines write to.

In the order to read them:

    storage.py: an open storage
    journal.py, journal_lock.py: a journal, and its lock
"""
