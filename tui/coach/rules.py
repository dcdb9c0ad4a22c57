"""All rules, the most pressing first. A rule is a function of a run's history: a new one needs a line here."""

from collections.abc import Callable

from tui.coach.advice import Advice
from tui.coach.generalisation import over_fitting, uneven_mistakes
from tui.coach.learning_rate import diverging, not_a_number, plateau, rate_too_high, rate_too_low
from tui.coach.machine import dead_units, input_bound
from tui.run_view import RunView

RULES: tuple[Callable[[RunView], Advice | None], ...] = (
    not_a_number,
    rate_too_high,
    diverging,
    dead_units,
    rate_too_low,
    over_fitting,
    plateau,
    uneven_mistakes,
    input_bound,
)
