"""What the screen knows: the state that the engine's events add up to, and the words for it. Pure.

Nothing here draws, reads a key or sends a command; the rules that judge a run are in `tui/coach/`. Read `store.py`
first.
"""
