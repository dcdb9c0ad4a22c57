"""The language in which a list of runs is filtered, `acc>99 model:resnet state:failed -star "two words"`. Pure.

Words stand apart by spaces, and a run matches when each of them does. `-` before one turns it round.

- `acc>99`, `lr<=0.001`, `time<2min`: `>` `>=` `<` `<=` `=` `!=`; `seed:3`, `seed:1,2`, `epochs:5..10`
- `model:resnet`: a part of it, or one of several parts, `model:resnet,mlp`; `model=resnet18`: all of it
- `star`; everything else is looked for in name, title and note; in quotes it may have spaces, and is only text

Other lists are filtered in the same language: an Asked has the names of what can be asked there.
"""

import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.vocabulary.messages import RunSummary
from tui.state.run_filter.columns import ALIASES, COLUMNS, Column, NumberColumn, TextColumn, number_in

LONGEST = 1000  # characters
TERM = re.compile(
    r"(?P<no>-)?(?:(?P<name>[^\W\d][\w-]*+)\s*+(?P<sign>:?(?:!=|>=|<=|==|=|<|>)|:)\s*+)?"
    r'(?P<value>(?:"[^"]*"|[^\s"])*+)'
)
SEVERAL = re.compile(r'((?:"[^"]*"|[^,"])*+)(?:,|$)')
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
Condition = Callable[[Any], bool]


class FilterError(ValueError):
    """A word that means nothing. `unfinished`: what is typed may still become something, so wait before you complain.

    `position` counts characters before the word.
    """

    def __init__(self, word: str, position: int, problem: str, remedy: str, *, unfinished: bool = False) -> None:
        super().__init__(f"filter, {word!r} at character {position + 1}: {problem}; {remedy}")
        self.word = word
        self.position = position
        self.problem = problem
        self.remedy = remedy
        self.unfinished = unfinished


@dataclass(frozen=True)
class Asked:
    """What can be asked of the `things` of a list: figures and words by name, and words that stand `alone`.

    Any other word is looked for in `texts`; without these it means nothing. `example` is part of the remedy then.
    """

    things: str
    columns: Mapping[str, Column]
    aliases: Mapping[str, str]
    alone: Mapping[str, Condition]
    example: str
    texts: Callable[[Any], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Filter:
    """What was typed, and what it asks of a run. An empty one matches every run."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()

    def matches(self, run: Any) -> bool:
        return all(condition(run) for condition in self.conditions)

    def __bool__(self) -> bool:
        return bool(self.conditions)


def parse(text: str, asked: "Asked | None" = None) -> Filter:
    """Return what is asked, of runs or as `asked` has it.

    Raises FilterError, which names the word, where it stands, and what would be right.
    """
    asked = asked or RUNS
    if len(text) > LONGEST:
        raise FilterError(text[:20] + "…", 0, f"the filter has {len(text):,} characters", f"give at most {LONGEST:,}")
    conditions = []
    place = 0
    while (place := len(text) - len(text[place:].lstrip())) < len(text):
        found = TERM.match(text, place)
        assert found is not None  # each part of the pattern may be empty
        word, at_end = found[0].rstrip(), found.end() == len(text)
        if text[found.end() :][:1] == '"':
            raise FilterError(text[place:], place, "the quotation mark is not closed", 'add a "', unfinished=True)
        if word == "-":
            example = f"give -{next(iter(asked.alone))}, say"
            raise FilterError(word, place, "there is nothing to leave out", example, unfinished=at_end)
        try:
            condition = condition_of(asked, found["name"], found["sign"] or "", found["value"])
        except Misfit as error:
            unfinished = at_end and (error.unfinished or not found["value"])
            raise FilterError(word, place, *error.args, unfinished=unfinished) from None
        conditions.append(negated(condition) if found["no"] else condition)
        place = found.end()
    return Filter(text, tuple(conditions))


class Misfit(Exception):
    """The problem of a word, and the remedy."""

    def __init__(self, problem: str, remedy: str, *, unfinished: bool = False) -> None:
        super().__init__(problem, remedy)
        self.unfinished = unfinished


def condition_of(asked: Asked, name: str | None, sign: str, value: str) -> Condition:
    """Return what one word asks for. Raises Misfit."""
    if name is None:
        if value in asked.alone:
            return asked.alone[value]
        if asked.texts is not None:
            return text_condition(value.replace('"', ""), asked.texts)
        begun = any(each.startswith(value.lower()) for each in (*asked.alone, *asked.columns, *asked.aliases))
        raise Misfit(f"{asked.things} have no text to look for", f"give {asked.example}, say", unfinished=begun)
    known = name.lower().replace("-", "_")
    column = asked.columns.get(asked.aliases.get(known, known))
    if column is None:
        near = difflib.get_close_matches(known, [*asked.columns, *asked.aliases], n=1)
        hint = f"did you mean {near[0]}?" if near else f"ask for {asked.example}"
        quoted = " (in quotes it is text to look for)" if asked.texts is not None else ""
        raise Misfit(f"{asked.things} have no {name!r}", f"{hint}{quoted}")
    sign = sign if sign == ":" else sign.removeprefix(":")
    if not value:
        example = column.example if isinstance(column, NumberColumn) else f"{name}:{(column.choices or ('cnn',))[0]}"
        raise Misfit(f"nothing comes after {sign}", f"give {example}, say")
    if sign in COMPARISONS:
        if isinstance(column, TextColumn):
            raise Misfit(f"{name} is not a number", f"ask with {name}:{value.strip('=')}")
        return compared(column, COMPARISONS[sign], read(column, value))
    several = [each.replace('"', "") for each in SEVERAL.findall(value) if each]
    if not several:
        raise Misfit("between the commas is nothing", f"give {name}:a,b, say", unfinished=True)
    conditions = [equal(column, name, each, part=sign == ":") for each in several]
    either: Condition = lambda run: any(condition(run) for condition in conditions)  # noqa: E731
    return negated(either) if sign == "!=" else either


def equal(column: NumberColumn | TextColumn, name: str, value: str, *, part: bool) -> Condition:
    """Return whether a run has this value, or one in this range, or, with `part`, one that contains it."""
    if isinstance(column, NumberColumn):
        low, dots, high = value.partition("..")
        if dots:
            above, below = (
                compared(column, compare, read(column, bound)) if bound else None
                for compare, bound in ((operator.ge, low), (operator.le, high))
            )
            return lambda run: (above is None or above(run)) and (below is None or below(run))
        return compared(column, same, read(column, value))
    wanted = value if column.exact else value.casefold()
    if column.choices:
        wanted = next((choice for choice in column.choices if choice.replace('"', "") == wanted), wanted)
        if wanted not in column.choices:
            begun = any(choice.startswith(wanted) for choice in column.choices)
            near = difflib.get_close_matches(wanted, column.choices, n=1)
            hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(column.choices)}"
            raise Misfit(f"{name} is never {value!r}", hint, unfinished=begun)
        return lambda run: wanted in column.values(run)
    if column.numbered and (number := number_in(wanted)) is not None and wanted.isdecimal():
        return lambda run: any(number_in(text) == number for text in column.values(run))
    if part:
        return lambda run: any(wanted in text.casefold() for text in column.values(run))
    return lambda run: any(wanted == text.casefold() for text in column.values(run))


def compared(column: NumberColumn, compare: Callable[[float, float], bool], bound: float) -> Condition:
    """Return a comparison, which a run without such a figure never passes."""
    return lambda run: (value := column.value(run)) is not None and compare(value, bound)


def read(column: NumberColumn, text: str) -> float:
    try:
        return column.read(text.replace('"', "").strip())
    except ValueError:
        raise Misfit(f"{text!r} cannot be read as a value", f"give {column.example}, say") from None


def same(value: float, wanted: float) -> bool:
    """Whole numbers are compared exactly, others but for what rounding makes of them."""
    return value == wanted or (isinstance(value, float) and math.isclose(value, wanted, rel_tol=1e-9))


def text_condition(text: str, texts: Callable[[Any], tuple[str, ...]]) -> Condition:
    wanted = text.casefold()
    return lambda thing: any(wanted in each.casefold() for each in texts(thing))


def is_starred(run: RunSummary) -> bool:
    return run.star


def negated(condition: Condition) -> Condition:
    return lambda run: not condition(run)


RUNS = Asked(
    things="runs",
    columns=COLUMNS,
    aliases=ALIASES,
    alone={"star": is_starred},
    example="acc, loss, model, state, lr or another hyperparameter",
    texts=lambda run: (run.run, run.title, run.note),
)
