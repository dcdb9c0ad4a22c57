"""Each test of this folder can ask for a world of its own."""

from tests.e2e.world import world as world
