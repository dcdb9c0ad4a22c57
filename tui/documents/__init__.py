"""The guide: its pages, which are Markdown files in `tui/guide/`, read, divided and searched. Pure but for the files.

The reader on the screen is in `tui/screens/guide.py`, `mnist-tui guide` in `tui/commands/guide.py`.

In the order to read them:

    pages.py: the pages, in the order of the index, and which one a screen has
    sections.py: a page in sections, each with its anchor
    search.py: the sections that have some words, best first
    terminal_text.py: Markdown without what only a web page has
"""
