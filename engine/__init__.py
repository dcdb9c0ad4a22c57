"""The training engine of mnist-tui: a background process, or a library in a notebook.

    from engine.config import RunConfig
    from engine.data import load_data
    from engine.train import Run, train

    run = Run(RunConfig(epochs=1), load_data())
    for event in train(run):
        print(event)

This module imports nothing, so that `engine.messages` and `engine.config` cost the screen no torch.
"""
