"""The screen of mnist-tui, and its command line. It never imports torch: the engine is a process of its own.

Rooms, from the top: `commands/` and `app/`, `bench/` and `screens/`, `widgets/`, `coach/`, `state/`, `link/` and
`terminal/`; each imports only from those below it (README.md, "The house"). `guide/` holds the help pages.
"""
