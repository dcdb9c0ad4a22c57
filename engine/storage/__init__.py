"""What lies on disk: where it lies, how it is read, and how it is written so that a crash leaves it whole.

`runs/` is the folder of one run; presets are files, too. Images are not here but in `engine/data/`, studies in
`engine/tuning/`. In the order to read them:

    files.py: a file is replaced as a whole or not at all
    paths.py, typed_path.py: where everything lies, and a path as a user types it
    growing_file.py, file_lock.py, temporary_folder.py: read while it grows, held by one, gone unless it is finished
    runs/: the folder of one run
    presets.py, preset_file.py: hyperparameters by name: all presets, and the file of one
    engine_log.py, printing.py: what the engine prints, in bounded size and on any disk
"""
