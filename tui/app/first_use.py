"""Screens that are imported when they are first opened: the first frame waits for none of them."""

from textual.screen import Screen


def digits_screen() -> Screen[None]:
    from tui.screens.digits import DigitsScreen

    return DigitsScreen()


def confusion_screen() -> Screen[None]:
    from tui.screens.confusion import ConfusionScreen

    return ConfusionScreen()


def inside_screen() -> Screen[None]:
    from tui.screens.inside.screen import InsideScreen

    return InsideScreen()


def runs_screen() -> Screen[None]:
    from tui.screens.runs import RunsScreen

    return RunsScreen()


def setup_screen() -> Screen[None]:
    from tui.screens.setup import SetupScreen

    return SetupScreen()


def tune_screen() -> Screen[None]:
    from tui.screens.tune import TuneScreen

    return TuneScreen()


def draw_screen() -> Screen[None]:
    from tui.screens.draw import DrawScreen

    return DrawScreen()
