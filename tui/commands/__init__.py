"""The commands of mnist-tui, one subject per file. Each imports what it needs when it runs."""
