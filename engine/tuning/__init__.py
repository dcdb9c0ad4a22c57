"""Studies: a search for hyperparameters by many short runs, kept where several engines can share it.

What is searched, as text, is in `engine/vocabulary/search_space.py`. Read `study.py` first, then `active.py`.
"""
