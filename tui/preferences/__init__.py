"""What the user prefers, for every run and folder: a TOML file, read first, and written when the screen changes it.

Nothing here imports textual or draws: `mnist-tui --help` reads these files too. In the order to read them:

    values.py: every preference, its default, its bounds and its help
    keys.py: keys in place of those of the table of actions
    file.py: the file, and what is wrong with it
    sources.py: option, environment, file or default
    options.py: preferences as defaults of the options of a command
    remember.py: one value written, the rest of the file untouched
"""
