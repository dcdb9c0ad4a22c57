"""The training engine of mnist-tui: a background process, or a library in a notebook.

    from engine.vocabulary.config import RunConfig
    from engine.data.find import load_data
    from engine.training.loop import Run, train

    run = Run(RunConfig(epochs=1), load_data())
    for event in train(run):
        print(event)

This module imports nothing, so that `engine.vocabulary` costs the screen no torch.
"""
