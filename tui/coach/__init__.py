"""The coach: rules that watch a run, say what they see, and know a remedy. Pure; no Textual, no torch."""
