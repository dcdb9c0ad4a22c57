"""Other ways to train the same network, which `mnist-tui bench` compares this program with.

Nothing else imports this room; measuring is in `tui/commands/bench/`.

    baselines.py: each way, as a process that is told when to train
    run_folders.py: folders of finished runs, for what a long list of them costs the screen
"""
