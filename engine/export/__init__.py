"""What a run has learned and recorded, as files for other programs.

It is done by a process of its own, `python -m engine.export`: neither a screen nor the run in progress waits for
matplotlib, or for torch to take a network apart. In the order to read them:

    __main__.py: the process: one question, one answer
    answer.py: which format is written by what
    files.py: how files are named, and that none is replaced unasked
    extras.py: libraries that not everybody has
    tables.py: CSV, JSON lines, Parquet
    charts.py, curves.py: PNG, SVG, PDF; and what is drawn of a history
    weights/: safetensors, ONNX, and programs of torch.export
"""
