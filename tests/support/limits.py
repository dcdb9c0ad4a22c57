"""How long a test waits for what should come, before it says that it does not."""

LIMIT = 300.0  # seconds; no measure of speed, as a machine may be slow and have other tests to run
