"""All rules, the most pressing first. A rule is a function of a run's history: a new one needs a line here."""

from collections.abc import Callable

from tui.coach.data import data_at_fault, missing_digits, nothing_learned, odd_data, test_unlike
from tui.coach.generalisation import over_fitting, uneven_mistakes
from tui.coach.labels import label_noise
from tui.coach.rate_too_high import dead_units, diverging, not_a_number, plateau, rate_too_high
from tui.coach.rate_too_low import rate_too_low
from tui.coach.regularisation import decay_too_strong, dropout_too_strong
from tui.coach.throughput import input_bound
from tui.state.advice import Advice
from tui.state.run import RunView

RULES: tuple[Callable[[RunView], Advice | None], ...] = (
    data_at_fault,
    not_a_number,
    decay_too_strong,
    dropout_too_strong,
    rate_too_high,
    diverging,
    dead_units,
    test_unlike,
    missing_digits,
    nothing_learned,
    label_noise,
    rate_too_low,
    uneven_mistakes,
    over_fitting,
    plateau,
    odd_data,
    input_bound,
)
