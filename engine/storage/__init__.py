"""What lies on disk: where it lies, how it is read, and how it is written so that a crash leaves it whole.

`runs/` is the folder of one run; presets are files, too. Images are not here but in `engine/data/`, studies in
`engine/tuning/`. Read `files.py` first, then `paths.py`.
"""
