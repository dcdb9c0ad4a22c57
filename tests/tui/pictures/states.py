"""The pictures that are kept: each screen in its states, as what the engine says and which keys are pressed."""

import msgspec
from fake_engine import READY

from engine.vocabulary.config import RunConfig
from engine.vocabulary.messages import (
    CommandFailed,
    DataFailed,
    DataProgress,
    EngineFailed,
    MeasureCalibration,
    Paused,
    QueueChanged,
    QueuedRun,
    RatesTried,
    RunEnded,
    SavingFailed,
    Snapshot,
    Steered,
    StudyEnded,
    StudyPaused,
)
from tests.tui.coach.views import events_of
from tests.tui.pictures.stage import Picture
from tests.tui.pictures.world import NOW, RUN, RUNS, STUDIES, STUDY, run_summary, run_until, said, study
from tests.tui.widgets.confusion.told import calibrated
from tui.state.confusion.answers import IDS

FIRST_EPOCH = said(*run_until(26))
LIVE = said(
    *run_until(120),
    Steered(run=RUN, step=120, changes={"lr": 0.0003}, config=RunConfig(lr=0.0003)),
    *run_until(226)[7:],
)
PAUSED = said(*run_until(226), Paused(run=RUN, step=226))
ENDED = said(*run_until(400), RunEnded(run=RUN, step=400, time=NOW, state="finished"))
COACHED = said(*events_of("rate-too-high")[:-1])
FAILED = said(*run_until(52), RunEnded(run=RUN, step=52, time=NOW, state="failed", reason="loss is nan at step 52"))
FULL_DISK = said(*run_until(226), SavingFailed(run=RUN, step=226, reason="no space left on the device"))
NO_IMAGES = "/data/digits: no images there; give a folder with train/ and test/"
BAD_DATA = Snapshot(events=[READY, DataFailed(reason=NO_IMAGES)])
LOADING = Snapshot(events=[READY, DataProgress(action="decoding", done=21_000, total=70_000)])
NO_TORCH = Snapshot(events=[EngineFailed(reason="torch cannot be imported: libcudart.so.12 is missing")])
VALIDATED = said(*run_until(226, validation=800))
RATES = [10 ** (-5 + i / 20) for i in range(100)]
FALL = [2.3 if i < 40 else max(0.4, 2.3 - (i - 40) / 20) if i < 80 else 0.4 + (i - 80) ** 2 / 60 for i in range(100)]
FOUND = RatesTried(rates=RATES, losses=FALL, smoothed=FALL, done=True, steepest=0.01, decade_below=0.008)
TRYING = RatesTried(rates=RATES[:30], losses=FALL[:30], smoothed=FALL[:30], done=False)
NO_RATE = RatesTried(rates=RATES[:45], losses=[2.3] * 45, smoothed=[2.3] * 45, done=True)
TIMED = tuple(msgspec.structs.replace(run, images_per_s=24_000.0, tested_per_s=90_000.0) for run in RUNS[:3])

UNCALIBRATED = msgspec.structs.replace(calibrated(RUN, temperature=None), reply_to=IDS[MeasureCalibration])

STUDY_ENDED = said(*study(20, running=False), StudyEnded(study=STUDY, state="finished"))
PROBLEM = StudyPaused(study=STUDY, reason="the journal cannot be written: no space left on the device")

WAITING = [
    QueuedRun(id=1, config=RunConfig(lr=0.0003)),
    QueuedRun(id=2, config=RunConfig(model="deep-cnn", epochs=24, rotation=10.0, shift=2.0), fork="0006@7"),
    QueuedRun(id=3, config=RunConfig(data="/data/digits"), problem="/data/digits: no images there"),
]
QUEUE = QueueChanged(runs=WAITING)
PAUSED_QUEUE = QueueChanged(runs=WAITING[:1], paused=True)
LIVE_SUMMARY = run_summary(40, "running", run=RUN, model="seed-cnn", epoch=5, test_accuracy=0.9802, test_loss=0.0861,
                           changes={"lr": 0.0003}, began={"lr": 0.001}, steered=True, parameters=21_840,
                           started=NOW - 20)  # fmt: skip


DRAWN = " ".join([*["up"] * 9, *["left"] * 10, "space", *["right"] * 20, *["down left"] * 10, *["down"] * 6, "space"])


def typed(words: str) -> str:
    """Return the keys that filter the list of runs by these words."""
    return " ".join(["slash", *("space" if key == " " else key for key in words), "enter"])


PICTURES = (
    Picture("train", "empty", (said(),)),
    Picture("train", "loading", (LOADING,)),
    Picture("train", "no-data", (BAD_DATA,)),
    Picture("train", "engine-failed", (NO_TORCH,)),
    Picture("train", "first-epoch", (FIRST_EPOCH,)),
    Picture("train", "live", (LIVE,)),
    Picture("train", "marked", (LIVE, "4", "down space down space", "1"), (LIVE_SUMMARY, *RUNS)),
    Picture("train", "maximised", (LIVE, "m")),
    Picture("train", "third", (LIVE, "g")),
    Picture("train", "cursor", (LIVE, "left left left left left left")),
    Picture("train", "live-validation", (VALIDATED,)),
    Picture("train", "paused", (PAUSED,)),
    Picture("train", "ended", (ENDED,)),
    Picture("train", "failed", (FAILED,)),
    Picture("train", "full-disk", (FULL_DISK,)),
    Picture("train", "coach", (COACHED,)),
    Picture("train", "coach-why", (COACHED, "v")),
    Picture("train", "past", (LIVE, "4", "end enter"), RUNS),
    Picture("digits", "empty", (said(), "2")),
    Picture("digits", "live", (LIVE, "2")),
    Picture("digits", "wrong", (LIVE, "2", "w")),
    Picture("digits", "first-epoch", (FIRST_EPOCH, "2")),
    Picture("digits", "in-full", (ENDED, "2", "w l enter")),
    Picture("digits", "forgotten", (ENDED, "2", "f j enter")),
    Picture("digits", "nothing-found", (ENDED, "2", "slash l o s s greater_than_sign 9 9 enter")),
    Picture("confusion", "empty", (said(), "3")),
    Picture("confusion", "live", (LIVE, "3")),
    Picture("confusion", "first-epoch", (FIRST_EPOCH, "3")),
    Picture("confusion", "past-epoch", (LIVE, "3", "G percent_sign left_square_bracket left_square_bracket")),
    Picture("confusion", "details", (LIVE, "3", "i")),
    Picture("confusion", "calibration", (LIVE, "3", "c")),
    Picture("confusion", "calibration-without", (LIVE, UNCALIBRATED, "3", "c")),
    Picture("confusion", "robustness", (LIVE, "3", "b right")),
    Picture("confusion", "robustness-marked", (LIVE, "4", "down space down space", "3", "b"), (LIVE_SUMMARY, *RUNS)),
    Picture("runs", "empty", (said(), "4")),
    Picture("runs", "list", (said(), "4"), RUNS),
    Picture("runs", "few", (said(), "4"), RUNS[-3:]),
    Picture("runs", "live", (LIVE, "4"), (LIVE_SUMMARY, *RUNS)),
    Picture("runs", "past", (said(), "4", "down down space"), RUNS),
    Picture("runs", "failed", (said(), "4", "down " * 22), RUNS),
    Picture("runs", "marked", (said(), "4", "space down space down down space"), RUNS),
    Picture("runs", "many-marked", (said(), "4", "space down " * 20), RUNS),
    Picture("runs", "queue", (LIVE, QUEUE, "4"), (LIVE_SUMMARY, *RUNS)),
    Picture("runs", "queue-paused", (said(), PAUSED_QUEUE, "4"), RUNS),
    Picture("runs", "filtered", (said(), "4", typed("model:mlp acc>97")), RUNS),
    Picture("runs", "filter-error", (said(), "4", typed("modle:mlp")), RUNS),
    Picture("runs", "nothing-found", (said(), "4", typed("acc>99.9")), RUNS),
    Picture("runs", "inspected", (said(), "4", "i"), RUNS),
    Picture("setup", "new", (said(), "5")),
    Picture("setup", "no-data", (BAD_DATA, "5")),
    Picture("setup", "live", (LIVE, "5")),
    Picture("setup", "focus", (said(), "5", "down down down")),
    Picture("setup", "wrong", (said(), "5", "down 0 tab x")),
    Picture("setup", "list", (said(), "5", "down down down down down down enter")),
    Picture("setup", "networks-list", (said(), "5", "f8 escape up up up up up up up up up up up enter")),
    Picture("setup", "augmented", (said(), "5", "down " * 25 + "1 5 escape")),
    Picture("setup", "steer", (LIVE, "5", "down 1 2")),
    Picture("setup", "save-preset", (said(), "5", "f3")),
    Picture("setup", "estimated", (said(), "4", "5"), TIMED),
    Picture("setup", "network", (said(), "5", "f8")),
    Picture("setup", "presets", (said(), "5", "f2")),
    Picture("setup", "rates", (said(), "5", "f7", FOUND)),
    Picture("setup", "rates-begun", (said(), "5", "f7", TRYING)),
    Picture("setup", "rates-none", (said(), "5", "f7", NO_RATE)),
    Picture("tune", "empty", (said(), "6")),
    Picture("tune", "old-studies", (said(), "6"), studies=STUDIES),
    Picture("tune", "damaged", (said(), "6", "j j"), studies=STUDIES),
    Picture("tune", "list", (said(), "6", "f tab tab tab tab enter")),
    Picture("tune", "details", (said(*study(12)), "6", "j i")),
    Picture("tune", "opened", (said(), "6", "j enter"), studies=STUDIES),
    Picture("tune", "first-trial", (said(*study(0)), "6")),
    Picture("tune", "running", (said(*study(12)), "6")),
    Picture("tune", "many-trials", (said(*study(180, target=200)), "6")),
    Picture("tune", "paused", (said(*study(12), StudyPaused(study=STUDY)), "6")),
    Picture("tune", "problem", (said(*study(12), PROBLEM), "6")),
    Picture("tune", "ended", (STUDY_ENDED, "6")),
    Picture("tune", "refused", (said(), "6", CommandFailed(reason="study study-0003: searches lr; leave that out"))),
    Picture("draw", "empty", (said(), "7")),
    Picture("draw", "blank", (LIVE, "7")),
    Picture("draw", "drawn", (LIVE, "7", DRAWN)),
    Picture("draw", "why", (LIVE, "7", DRAWN, "n")),
    Picture("draw", "refused", (ENDED, "7", DRAWN, CommandFailed(reason="0014: its checkpoint is gone", reply_to=701))),
    Picture("dialogs", "which-digit", (LIVE, "7", DRAWN, "s")),
    Picture("dialogs", "open-picture", (LIVE, "7", "o", "x")),
    Picture("inside", "empty", (said(), "8")),
    Picture("inside", "layers", (LIVE, "8", "down right right")),
    Picture("inside", "one-layer", (LIVE, "8", "down down down down enter right down")),
    Picture("inside", "weights", (LIVE, "8", "w j j j j j")),
    Picture("inside", "why", (LIVE, "8", "n n n n y")),
    Picture("inside", "why-not", (LIVE, "8", "n n n n y j c")),
    Picture("inside", "map", (LIVE, "8", "m l l l l")),
    Picture("dialogs", "quit", (LIVE, "q")),
    Picture("dialogs", "quit-waiting", (LIVE, QUEUE, "q")),
    Picture("dialogs", "stop", (LIVE, "S")),
    Picture("dialogs", "queue", (LIVE, "t")),
    Picture("dialogs", "delete", (said(), "4", "D"), RUNS),
    Picture("dialogs", "rename", (said(), "4", "e"), RUNS),
    Picture("dialogs", "note", (said(), "4", "n"), RUNS),
    Picture("dialogs", "sort", (said(), "4", "s"), RUNS),
    Picture("dialogs", "help-train", (LIVE, "question_mark")),
    Picture("dialogs", "help-tune", (said(), "6", "question_mark")),
    Picture("dialogs", "help-search", (said(), "5", "question_mark slash r a t e")),
    Picture("dialogs", "help-nothing", (said(), "5", "question_mark slash q q q")),
    Picture("guide", "page", (LIVE, "2", "question_mark enter", "tab")),
    Picture("guide", "search", (LIVE, "5", "question_mark enter slash", "l e a r n i n g space r a t e")),
    Picture("dialogs", "palette-search", (LIVE, "ctrl+p", "l o g")),
    Picture("dialogs", "palette", (LIVE, "ctrl+p")),
    Picture("dialogs", "download", (said(), "d")),
)
BY_NAME = {picture.name: picture for picture in PICTURES}
