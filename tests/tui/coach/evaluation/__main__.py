"""Judge the rules of the coach by runs that are known to be healthy or sick.

    python -m tests.tui.coach.evaluation                      from the recordings, in seconds
    python -m tests.tui.coach.evaluation --record [NAME...]
                                                        train what is not recorded yet, or these cases anew; then judge
    python -m tests.tui.coach.evaluation --advice [NAME...]
                                                        train with and without advice what was not yet; then judge

The cases are in `cases.py`. All of them train on the 4,000 images that ship with the program: a second to a minute each
on one core; what is trained is kept at once, so that both can be broken off. Rules were tuned on one part of the cases
alone; the other, held out, is reported apart. What advice gains is told with its standard error over seeds.
"""

import argparse
import time
from collections.abc import Iterable, Sequence

from tests.tui.coach.evaluation import following, recordings
from tests.tui.coach.evaluation.cases import CASES
from tests.tui.coach.evaluation.following import SEEDS, Followed, gains
from tests.tui.coach.evaluation.recordings import accuracy, train_case
from tests.tui.coach.evaluation.report import summary, tables
from tests.tui.coach.evaluation.scoring import Heard, hear


def judge(only: Iterable[str] = ()) -> list[Heard]:
    """Return what the coach says of each recording."""
    kept = recordings.read()
    return [hear(case, kept[name]) for name, case in CASES.items() if name in kept and (not only or name in only)]


def record(names: Sequence[str]) -> None:
    for name in names or [name for name in CASES if name not in recordings.read()]:
        began = time.perf_counter()
        events = train_case(CASES[name])
        recordings.write({**recordings.read(), name: events})
        print(f"{name}: {accuracy(events):.1%} in {time.perf_counter() - began:.0f} s", flush=True)


def measure(names: Sequence[str]) -> None:
    """Follow the advice on the recordings that get some, and on the same runs with other seeds."""
    kept = recordings.read()
    advised = [name for name, events in kept.items() if following.advised(events)]
    for seed in range(SEEDS):
        for name in names or advised:
            done = {(each.case, each.seed): each for each in following.read()}
            if (name, seed) in done and not names:
                continue
            without = kept[name] if seed == 0 and name in kept else train_case(CASES[name], seed)
            if followed := following.follow(CASES[name], seed, without):
                following.write({**done, (name, seed): followed}.values())
                print(f"{name}, seed {seed}: {told(followed)}", flush=True)


def told(followed: Followed) -> str:
    return f"{followed.rule} {followed.changes}: {followed.without:.1%} without, {followed.followed:.1%} with it"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="train cases and keep their recordings")
    parser.add_argument("--advice", action="store_true", help="measure what comes of the advice")
    parser.add_argument("--verbose", action="store_true", help="tell of each case what it is told")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in CASES]:
        parser.error(f"there is no case {unknown[0]!r}; cases.py has all names")
    if arguments.record:
        record(arguments.names)
    if arguments.advice:
        measure(arguments.names)
    all_heard = judge(arguments.names)
    for heard in all_heard if arguments.verbose or arguments.names else ():
        print(
            f"{heard.case.name}: {', '.join(heard.rules) or 'silent'}", "" if heard.fine else "  <- not as it should be"
        )
    all_followed = [each for each in following.read() if not arguments.names or each.case in arguments.names]
    print(tables(all_heard, all_followed), "\n")
    print(summary("all", all_heard))
    print(summary("tuned on", [heard for heard in all_heard if not heard.case.held]))
    print(summary("held out", [heard for heard in all_heard if heard.case.held]))
    harmful = [gain for gain in gains(all_followed) if gain.harmful]
    print(
        f"advice that made a run worse beyond noise: {len(harmful)}", *(f"{gain.rule}, {gain.case}" for gain in harmful)
    )


if __name__ == "__main__":
    main()
