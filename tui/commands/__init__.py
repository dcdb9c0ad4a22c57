"""The commands of mnist-tui, a subject a file. Each imports what it needs when it runs."""
