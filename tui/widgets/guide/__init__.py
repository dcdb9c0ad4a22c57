"""The widgets of the reader of the guide, which is `tui/screens/guide.py`.

In the order to read them:

    links.py: the links of a paragraph or a cell, and one of them as chosen
    code_lines.py: commands with what they do beside them, or below where there is no room
    blocks.py: paragraphs, tables and code as the reader draws them, in place of Textual's
    page_view.py: a page, and the link that is chosen on it
    contents.py: the list of pages, and that of what a search has found
"""
