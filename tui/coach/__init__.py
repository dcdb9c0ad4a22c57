"""The coach: rules that watch a run, say what they see, and know a remedy. Pure; no Textual, no torch.

What an advice is: `tui/state/advice.py`; how one is shown: `tui/widgets/coach.py`; what rules judge by:
`tui/coach/evidence/`. Read `rules.py` first.
"""
