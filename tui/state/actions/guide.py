"""The keys of the reader of the guide."""

from tui.state.actions.action import Action

GUIDE = (
    Action("guide", "tab", "link(1)", "next link", "Choose the next link of the page; Enter follows it."),
    Action("guide", "shift+tab", "link(-1)", "link before", "Choose the link before.", footer=False),
    Action("guide", "enter", "follow", "follow", "Go where the chosen link leads."),
    Action("guide", "backspace,left,h", "back", "back", "Go back to where you were.", key_display="backspace"),
    Action("guide", "slash", "search", "search", "Search all pages for words.", key_display="/"),
    Action("guide", "c", "contents", "contents", "Go to the contents, or back to the page."),
    Action("guide", "n", "turn(1)", "next page", "The next page."),
    Action("guide", "p", "turn(-1)", "page before", "The page before."),
    Action("guide", "escape", "leave", "close", "Leave the search, the contents, then the guide; q closes it."),
)
