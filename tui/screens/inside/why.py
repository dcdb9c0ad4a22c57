"""Which pixels of a digit speak for a class, and the smallest change that makes it another one."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from engine.vocabulary.messages import ChangeFound, Explain, Explained, FindChange, unpack_floats
from engine.vocabulary.messages.reason_messages import Method
from tui.screens.inside.view import InsideView, Subject, digit_words, weights_words
from tui.state.inside import Inside, Question
from tui.terminal.sanitize import sanitize
from tui.widgets.inside.class_list import ClassList
from tui.widgets.inside.layer_strips import figure
from tui.widgets.inside.reasons import Reason, Reasons

METHODS: dict[Method, str] = {
    "integrated": "integrated gradients",
    "gradient": "gradient x input",
    "occlusion": "occlusion",
}
MOST_PICTURES = 8


class WhyView(InsideView):
    """The digit, what speaks for the class under the cursor, and, if asked for, the smallest change."""

    DEFAULT_CSS = """
    WhyView {
        #aside { width: 22; padding: 0 1; }
        #facts { height: auto; padding: 1 0 0 0; color: $text-muted; }
        ClassList { min-height: 5; max-height: 10; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="why")
        self._method: Method = "integrated"
        self._words = ""
        self._change: int | None = None  # the class that the picture is to be changed to, -1: any other

    def compose(self) -> ComposeResult:
        yield Reasons()
        with Vertical(id="aside"):
            yield ClassList()
            yield Static("", markup=False, id="facts")

    @property
    def first(self) -> Widget:
        return self.query_one(ClassList)

    @property
    def changing(self) -> bool:
        """Whether the smallest change is shown, or looked for."""
        return self._change is not None

    @property
    def label(self) -> int:
        return self.query_one(ClassList).chosen

    # ------------------------------------------------------------------ questions

    def wanted(self, subject: Subject) -> Iterator[Question]:
        yield self._explain(subject, self._method, self.label)
        if self._change is not None:
            yield self._find(subject)
        for method, label in self._others():
            yield self._explain(subject, method, label)

    def _explain(self, subject: Subject, method: Method, label: int) -> Explain:
        return Explain(picture=subject.picture, method=method, label=label, run=subject.run)

    def _find(self, subject: Subject) -> FindChange:
        return FindChange(picture=subject.picture, label=-1 if self._change is None else self._change, run=subject.run)

    def _others(self) -> list[tuple[Method, int]]:
        """Return what else has room: the other methods, then the likeliest other classes."""
        probabilities, predicted, _ = self.query_one(ClassList).answer
        at = self.query_one(ClassList).at
        ranked = sorted(range(len(probabilities)), key=lambda label: -probabilities[label])
        methods = [(method, self.label) for method in METHODS if method != self._method]
        classes = [(self._method, label) for label in ranked if label != at]
        shown = 2 + 2 * self.changing
        room = self.query_one(Reasons).slots(4) - shown
        if room > 2:
            room = self.query_one(Reasons).slots(MOST_PICTURES) - shown
        return [*methods, *classes][: max(0, min(room, MOST_PICTURES - shown))] if predicted >= 0 else []

    # ------------------------------------------------------------------ answers

    def show(self, inside: Inside, subject: Subject) -> str:
        answer = inside.answer_to(self._explain(subject, self._method, self.label), subject.run)
        if not isinstance(answer, Explained):
            return self._words  # what is drawn says what it is of
        classes = self.query_one(ClassList)
        classes.names = tuple(subject.name(label) for label in range(len(answer.probabilities)))
        classes.answer = tuple(answer.probabilities), answer.predicted, answer.actual
        change = inside.answer_to(self._find(subject), subject.run) if self.changing else None
        change = change if isinstance(change, ChangeFound) else None
        pictures = [Reason(f"the {subject.thing}", pixels=answer.pixels), self._heat(answer, subject)]
        changed = self._changed(change, subject) if self.changing else []
        slots = self.query_one(Reasons).slots(4)
        if changed:
            pictures = changed[-slots:] if slots < 3 else [pictures[0], *changed] if slots == 3 else pictures + changed
        elif slots == 1:
            pictures = pictures[1:]
        for method, label in self._others():
            other = inside.answer_to(self._explain(subject, method, label), subject.run)
            if isinstance(other, Explained) and other.pixels == answer.pixels:
                pictures.append(self._heat(other, subject))
            else:
                at = answer.label if label < 0 else label
                pictures.append(Reason(f"{subject.name(at)} by {METHODS[method]}"))
        self.query_one(Reasons).pictures = tuple(pictures)
        self.query_one("#facts", Static).update("\n".join(self._facts(answer, change, subject)))
        words = digit_words(subject.index, answer.actual, answer.predicted, subject)
        self._words = f"{words}   {weights_words(subject.run, answer.step)}"
        return self._words

    def clear(self) -> None:
        self._words = ""
        self.forget()
        self.query_one(ClassList).answer = (), -1, -1
        self.query_one(Reasons).pictures = ()
        self.query_one("#facts", Static).update("")

    def _heat(self, answer: Explained, subject: Subject) -> Reason:
        return Reason(f"{subject.name(answer.label)} by {METHODS[answer.method]}", heat=unpack_floats(answer.heat))

    def _changed(self, change: ChangeFound | None, subject: Subject) -> list[Reason]:
        if change is None or not change.changed:
            return [Reason(f"the changed {subject.thing}"), Reason("the difference")] if change is None else []
        difference = tuple((after - before) / 255 for after, before in zip(change.changed, change.pixels, strict=False))
        return [
            Reason(f"changed: {subject.one(change.label)}", pixels=change.changed),
            Reason("the difference", heat=difference),
        ]

    def _facts(self, answer: Explained, change: ChangeFound | None, subject: Subject) -> list[str]:
        name = subject.name(answer.label)
        more, less = self.query_one(Reasons).signs()
        lines = [f"{more[:-2]} for {name}, {less[:-2]} against"]
        if change is not None and change.changed:
            after = change.changed_probabilities
            share = after[change.label] if change.label < len(after) else 0.0
            lines.append(f"A change of {figure(change.distance)} makes it {subject.one(change.label)}"
                         f" ({100 * share:.0f} %): L2, pixels 0 to 1; {change.pixels_changed} pixels, each by"
                         f" {figure(change.largest)} at most.")  # fmt: skip
        elif change is not None:
            lines.append(f"{sanitize(change.problem[:1].upper() + change.problem[1:])}.")
        elif self.changing:
            lines.append("Looking for the smallest change ...")
        else:
            at = self.query_one(ClassList).at
            target = "to another class" if at == answer.predicted else f"to {subject.one(at)}"
            lines += [f"c: the smallest change {target}", output_words(answer)]
        return lines

    # ------------------------------------------------------------------ keys

    def next_method(self) -> None:
        methods = list(METHODS)
        self._method = methods[(methods.index(self._method) + 1) % len(methods)]
        self.post_message(self.Changed())

    def find_change(self) -> None:
        """Look for the smallest change to the class under the cursor; to any other, if that is predicted."""
        classes = self.query_one(ClassList)
        if classes.answer[1] >= 0:
            self._change = -1 if classes.at == classes.answer[1] else classes.at
            self.post_message(self.Changed())

    @property
    def is_within(self) -> bool:
        return self.changing or self.label >= 0

    def close(self) -> None:
        """Leave the change, then the chosen class."""
        if self._change is not None:
            self._change = None
        else:
            self.query_one(ClassList).chosen = -1
        self.post_message(self.Changed())

    def forget(self) -> None:
        """Another digit: what was asked of the last one is of no use."""
        self._change = None
        self.query_one(ClassList).chosen = -1

    @on(ClassList.Moved)
    def look(self) -> None:
        self.post_message(self.Changed())

    @on(ClassList.Opened)
    def open_class(self) -> None:
        self.find_change()

    @on(Reasons.Resized)
    def fill(self) -> None:
        self.post_message(self.Changed())


def output_words(answer: Explained) -> str:
    """Say what the heat is of: the output of the class, and what was compared with it."""
    output = f"Output {figure(answer.output)}"
    if answer.method == "integrated":
        return f"{output}, {figure(answer.empty_output)} of an empty picture; the sum misses {figure(abs(answer.gap))}."
    return f"{output}." if answer.method == "gradient" else f"{output}; {answer.steps} patches of 4x4 covered."
