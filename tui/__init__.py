"""The screen of mnist-tui. It never imports torch: the engine is a process of its own."""
