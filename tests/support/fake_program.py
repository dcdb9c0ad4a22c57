"""`python -m fake_program ARGUMENTS`: the real program, attached to an engine that is a list of events."""

from fake_engine import RUN, FakeClient, epoch_done, snapshot, started, steps

import tui.__main__
from engine.vocabulary.messages import Command, RunEnded, StartRun
from tui.app.main import MnistApp

RUN_IN_PROGRESS = (started(), steps(40, [2.0 - i / 40 for i in range(40)]), epoch_done(1), steps(50, [0.5] * 10))


class Listed(FakeClient):
    """Has a run in progress; whatever is started finishes at once."""

    def send(self, command: Command) -> None:
        if isinstance(command, StartRun):
            self.incoming.put_nowait(started())
            self.incoming.put_nowait(RunEnded(run=RUN, step=1, time=1.0, state="finished"))


async def connect(app: MnistApp) -> FakeClient:
    client = Listed()
    client.incoming.put_nowait(snapshot() if app.data.endswith("idle") else snapshot(*RUN_IN_PROGRESS))
    return client


if __name__ == "__main__":
    MnistApp.connect = connect  # type: ignore[method-assign, assignment]
    tui.__main__.main()
