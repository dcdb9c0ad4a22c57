"""mnist-tui find-lr: the learning-rate finder without a screen."""

import sys
from pathlib import Path

from engine.vocabulary.config import RunConfig
from engine.vocabulary.fields import counted
from engine.vocabulary.messages import CommandDone, FindRate, RatesTried
from tui.link.attach import attached, with_new_engine
from tui.link.errors import CommandRefused
from tui.state.words.events import why_no_rate
from tui.terminal.printing import print_json
from tui.terminal.sanitize import sanitize


async def try_rates(checkpoints: Path, config: RunConfig) -> RatesTried:
    """Return what the engine that there is finds in the end. Raises EngineStale."""
    async with attached(checkpoints, data=config.data) as session:
        await session.ask(FindRate(config=config, new=True), CommandDone)
        while not (tried := await session.until(RatesTried)).done:
            pass
        return tried


async def find_rate(checkpoints: Path, config: RunConfig, *, as_json: bool) -> None:
    """Try learning rates for a new network and print the suggestion. Raises CommandRefused."""
    tried = await with_new_engine(checkpoints, lambda: try_rates(checkpoints, config))
    if as_json:
        print_json(tried)
    if tried.problem or not tried.steepest:
        raise CommandRefused(sanitize(why_no_rate(tried), longest=500))
    if as_json:
        return
    lowest = min(tried.smoothed)
    print(f"suggestion {tried.decade_below:.2g}  a tenth of the rate of the lowest loss")
    print(f"steepest    {tried.steepest:.2g}  where the loss falls fastest")
    tries = f"{counted(len(tried.rates), 'step')} from {tried.rates[0]:g} to {tried.rates[-1]:.2g}"
    print(f"{tries}: loss {tried.losses[0]:.3f}, at best {lowest:.3f}", file=sys.stderr)
