"""The folder of a run: `run.json`, its log `events.jsonl`, and its checkpoints.

What a run does while it trains is in `engine/training/`. Read `folders.py` first, then `record.py` and `log_writer.py`.
"""
