"""What the shell and `man` have of mnist-tui, made from the same commands and options as `--help`.

In the order to read them:

    completion.py: `mnist-tui completion`: the script for a shell
    offers.py, values.py: which values an option or argument is completed with, and where they come from
    man.py, roff.py: `mnist-tui man`: the manual page, and text as man sets it
"""
