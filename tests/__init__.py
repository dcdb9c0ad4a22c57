"""The tests, in the same rooms as `engine/` and `tui/`.

`e2e/` drives the program in real terminals and processes, `support/` is what tests of several rooms use. A helper of
one room lies beside its tests and has its whole name: `from tests.engine.training.compared_runs import same`.
"""
