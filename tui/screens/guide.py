"""The reader of the guide: its pages, their contents, a search of all of them, links by key and mouse."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Mount
from textual.widgets import Input, Markdown, OptionList, Static

from tui.documents.pages import INDEX, UnknownPage, find_page, load_pages
from tui.documents.search import search
from tui.documents.sections import sections
from tui.screens.dialogs import Dialog
from tui.state.actions.lookup import bindings
from tui.terminal.sanitize import sanitize
from tui.widgets.guide.contents import Topics
from tui.widgets.guide.page_view import PageView
from tui.widgets.list_keys import Pane

KEYS = (  # 70 columns, as 80 have room for
    "[@click=screen.search]/ search[/]  [@click=screen.link(1)]tab[/] [@click=screen.follow]enter links[/]"
    "  [@click=screen.back]h back[/]  [@click=screen.contents]c contents[/]"
    "  [@click=screen.turn(1)]n[/] [@click=screen.turn_back]p pages[/]  [@click=screen.leave]escape close[/]"
)
VERY_WIDE = 160  # columns that have room for whole titles in the contents
Place = tuple[str, float]  # the name of a page, and how far it was scrolled


class GuideScreen(Dialog[None]):
    """Shows a page, and those that its links lead to. Escape leaves the search, the contents, then the guide."""

    BINDINGS = [  # noqa: RUF012
        *bindings("guide"),
        ("q,question_mark", "dismiss", "close"),
        ("down", "hit(1)", "next hit"),
        ("up", "hit(-1)", "hit before"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (VERY_WIDE, "-very-wide")]  # noqa: RUF012

    DEFAULT_CSS = """
    GuideScreen {
        #guide {
            width: 100%; height: 100%;
            border: round $primary; border-title-color: $text-primary; border-subtitle-color: $text-muted;
            background: $surface;
        }
        &.-ascii #guide { border: ascii $primary; }
        Input { display: none; margin: 0 1; }
        Topics, Topics:focus { border: none; background: $surface; padding: 0 1; height: 1fr; }
        Topics { scrollbar-gutter: stable; }
        Topics, Pane { scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        Pane { text-wrap: wrap; }
        #contents { width: 34; border-right: solid $primary 40%; }
        &.-very-wide #contents { width: 64; }
        #found, #nothing { display: none; }
        #nothing { padding: 1 2; height: auto; }
        Pane { scrollbar-gutter: stable; padding: 0 1; }
        PageView { max-width: 112; }
        &.-narrow #contents { display: none; }
        &.-narrow.contents #contents { display: block; width: 1fr; border-right: none; }
        &.-narrow.contents Pane { display: none; }
        &.searching {
            Input, #found { display: block; }
            #contents, Pane { display: none; }
        }
        &.searching.nothing #nothing { display: block; }
        &.searching.nothing #found { display: none; }
    }
    """

    def __init__(self, topic: str = INDEX) -> None:
        super().__init__()
        self._topic = topic
        self._page = find_page(INDEX)
        self._back: list[Place] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="guide") as frame:
            frame.border_subtitle = KEYS
            yield Input(placeholder="words to look for in all pages", compact=True)
            yield Static("", markup=False, id="nothing")
            with Horizontal():
                yield Topics(id="contents")
                with Pane():
                    yield PageView()
                yield Topics(id="found")

    @on(Mount)
    async def begin(self) -> None:
        self.set_class(self.app.has_class("-ascii"), "-ascii")
        self.query_one(Pane).focus()
        await self.open(self._topic)

    async def open(self, topic: str, scrolled: float = 0.0) -> None:
        """Show a page, or a section of it (`speed#on-a-gpu`)."""
        name, _, anchor = topic.partition("#")
        try:
            page = find_page(name)
        except UnknownPage as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        number = next((each.number for each in sections(page) if each.anchor == anchor), 0) if anchor else 0
        if page is not self._page or not self.query_one(PageView).source:
            self._page = page
            self.query_one("#guide").border_title = Content(f"guide: {page.title}")
            await self.query_one(PageView).show_page(page)
        self.query_one("#contents", Topics).show_page(page, in_full=self.app.size.width >= VERY_WIDE)
        self.call_after_refresh(self.scroll_to_section, number, scrolled)

    def scroll_to_section(self, number: int, scrolled: float) -> None:
        pane = self.query_one(Pane)
        heading = self.query_one(PageView).heading(number) if number else None
        if heading is None:
            pane.scroll_to(y=scrolled, animate=False)
        else:
            pane.scroll_to_widget(heading, top=True, animate=False)

    async def go(self, topic: str) -> None:
        """Show what a link, the contents or the search lead to, and remember the way back."""
        self._back.append((self._page.name, self.query_one(Pane).scroll_y))
        self.show_text()
        await self.open(topic)

    def show_text(self) -> None:
        self.remove_class("searching", "contents")
        self.query_one(Pane).focus()

    @on(Markdown.LinkClicked)
    async def follow_link(self, event: Markdown.LinkClicked) -> None:
        await self.go_to_link(event.href)

    async def go_to_link(self, link: str) -> None:
        if link.startswith("#"):
            await self.go(self._page.name + link)
        elif "://" in link:
            self.app.copy_to_clipboard(link)
            self.notify(f"{sanitize(link, 300)}\nis in the clipboard, where the terminal allows it.", markup=False)
        else:
            await self.go(link.replace(".md", "", 1))

    @on(OptionList.OptionSelected)
    async def take(self, event: OptionList.OptionSelected) -> None:
        if event.option_id:
            await self.go(event.option_id.rpartition(":")[2])

    def action_link(self, step: int) -> None:
        if self.has_class("searching"):
            self.action_hit(step)
        else:
            self.show_text()
            self.query_one(PageView).choose(step)

    async def action_follow(self) -> None:
        if link := self.query_one(PageView).chosen:
            await self.go_to_link(link)

    async def action_back(self) -> None:
        if self.has_class("searching"):
            return
        if self._back:
            name, scrolled = self._back.pop()
            await self.open(name, scrolled)
        else:
            self.app.bell()

    async def action_turn(self, step: int) -> None:
        names = list(load_pages())
        await self.go(names[(names.index(self._page.name) + step) % len(names)])

    async def action_turn_back(self) -> None:
        """For a click: Textual's markup knows no negative numbers."""
        await self.action_turn(-1)

    def action_contents(self) -> None:
        contents = self.query_one("#contents")
        if contents.has_focus:
            self.show_text()
        else:
            self.remove_class("searching")
            self.add_class("contents")
            contents.focus()

    def action_search(self) -> None:
        self.add_class("searching")
        self.set_focus(self.query_one(Input))  # at once, for what is typed next

    def action_hit(self, step: int) -> None:
        found = self.query_one("#found", Topics)
        (found.action_cursor_down if step > 0 else found.action_cursor_up)()

    def action_leave(self) -> None:
        if self.has_class("searching") or self.query_one("#contents").has_focus:
            self.query_one(Input).value = ""
            self.show_text()
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def look_for(self, event: Input.Changed) -> None:
        hits = search(event.value)
        self.query_one("#found", Topics).show_hits(hits)
        self.set_class(not hits, "nothing")
        words = sanitize(event.value, 60)
        self.query_one("#nothing", Static).update(f"No page has any of “{words}”." if words.strip() else "")

    @on(Input.Submitted)
    def take_hit(self) -> None:
        self.query_one("#found", Topics).action_select()
