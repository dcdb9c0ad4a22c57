"""The commands of mnist-tui. Each imports what it needs when it runs, so that `--help` answers at once.

A subject with several files is a folder, whose `command.py` has the options. What the app shows is in `tui/screens/`.
In the order to read them:

    shared_options.py: options that several commands have
    run_coroutine.py: from the first word with the engine to the exit status
    settings/: presets, a short command to see how one is made; config
    train/: train, queue, find-lr
    tune/: tune, studies
    runs/: runs, evaluate, predict, compare
    results/: export, report, track
    digits/: inspect, gallery, why
    models/: models, trust
    data/: data
    engine.py: engine
    guide.py: guide
    bench/: bench, and how it measures
    doctor/: doctor, what is wrong with this machine
    shell/: completion, man
    web/: web, the screen in a browser
"""
