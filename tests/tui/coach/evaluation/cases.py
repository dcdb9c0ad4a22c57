"""The runs that the coach is judged by: what each is, whether it is healthy, and what is wrong with it if not."""

from dataclasses import replace

from tests.tui.coach.evaluation.healthy import healthy
from tests.tui.coach.evaluation.sick import noisy, others, rates, spoilt, strained

SEEN = ("healthy: mlp muon", "healthy: mlp deep", "rate x20: lenet5 adam", "a third called by the next digit: mlp")
"""Cases that were to be held out, and showed a fault of a rule: from then on they were tuned on."""

CASES = {
    case.name: replace(case, held=case.held and case.name not in SEEN)
    for case in (*healthy(), *noisy(), *spoilt(), *strained(), *rates(), *others())
}
