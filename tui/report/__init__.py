"""A report of runs, as a page or as Markdown: what is known of them, said, drawn and written.

`mnist-tui report` (tui/commands/results/report.py) and the screen of runs (tui/app/handlers/runs/reports.py) make it:
they read the files of the runs, ask the engine for what it alone knows, and write what comes of it. The same runs
give the same bytes, wherever and whenever. In the order to read them:

    facts.py: what a report knows of its runs
    gather.py, asking.py: from their files, and from the engine
    contents/: what it says, section by section
    blocks.py: what a section consists of
    drawing/: charts as SVG
    markup.py: elements whose text is escaped
    page/: as HTML
    markdown.py: as Markdown
    written.py: from facts to the text of a file
    output.py: where it is written
"""
