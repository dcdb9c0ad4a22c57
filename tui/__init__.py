"""The screen of mnist-tui, and its command line. It never imports torch: the engine is a process of its own.

Rooms, from the top: `commands/` and `app/`, `screens/`, `widgets/`, `coach/`, `documents/`, `preferences/`, `state/`,
`link/` and `terminal/`; each imports only from those below it (CONTRIBUTING.md, "The house"). `guide/` holds the pages
of the guide, which `documents/` reads.
"""
