"""What keys do: one table for keys, footer, palette and help. Pure.

What an action leads to is in `tui/screens/` and `tui/app/handlers/`. In the order to read them:

    action.py: what an action is
    digits.py, confusion.py, runs.py, draw.py, inside.py, guide.py: those of one screen
    table.py: all of them
    lookup.py: those of a screen, as bindings
"""
