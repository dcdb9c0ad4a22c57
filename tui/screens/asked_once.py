"""Questions of a screen that is drawn again before the app has heard of them."""


class AskedOnce:
    """Knows what was asked of a state which may not have it yet."""

    def __init__(self) -> None:
        self._known: object = None
        self._asked: list[object] = []

    def is_new(self, known: object, question: object) -> bool:
        """Tell whether to ask, and note it: not again what was asked while this very object was known."""
        if known is not self._known:
            self._known, self._asked = known, []
        if question in self._asked:
            return False
        self._asked.append(question)
        return True
