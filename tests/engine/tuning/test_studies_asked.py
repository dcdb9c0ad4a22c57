"""The studies of a folder, asked of an engine; no worker is needed to answer."""

from engine.vocabulary.messages import CommandFailed, ListStudies, OpenStudy, StudiesListed, StudyOpened
from tests.engine.server.running_server import RunningServer, running  # noqa: F401  (running is a fixture)
from tests.engine.tuning.test_listing import kept_study


async def test_studies_are_listed_and_opened_without_the_worker(running: RunningServer) -> None:
    kept_study(running.server.checkpoints, "night", [0.5, 0.9])
    screen, _ = await running.attach()
    listed = await screen.ask(ListStudies(id=3), StudiesListed)
    assert [(line.study, line.trials) for line in listed.studies] == [("night", 2)]
    opened = await screen.ask(OpenStudy(study="night", id=4), StudyOpened)
    assert (opened.first, opened.last, opened.summary) == (True, True, listed.studies[0])
    assert len(opened.history) == 4


async def test_a_study_that_is_not_there_is_refused(running: RunningServer) -> None:
    screen, _ = await running.attach()
    refused = await screen.ask(OpenStudy(study="absent", id=4), CommandFailed)
    assert "absent" in refused.reason
