"""Links in README.md and the guide lead somewhere, and the index of the guide leads to each of its pages."""

import pytest
from places import ROOT

from tests.documents.shipped import DOCUMENTS, page_of, tokens
from tui.documents.pages import INDEX, LINK, Page, load_pages
from tui.documents.sections import sections

GUIDE = (ROOT / "tui" / "guide").resolve()


def links_in(document: str) -> list[str]:
    found = [str(token.attrs["href"]) for token in tokens(document) if token.type == "link_open"]
    return found + [str(token.attrs["src"]) for token in tokens(document) if token.type == "image"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading(document: str) -> None:
    broken = []
    for link in links_in(document):
        if "://" in link:
            assert link.startswith("https://")
            assert " " not in link
            continue
        path, anchor = page_of(link, document)
        if not path.exists():
            broken.append(link)
        elif anchor and anchor not in {each.anchor for each in sections(Page(path.stem, "", path.read_text()))}:
            broken.append(f"{link}: no heading has this anchor")
    assert broken == []


def test_pages_link_only_to_each_other_for_in_a_wheel_there_is_nothing_else() -> None:
    for document in set(DOCUMENTS) - {"README.md"}:
        for link in links_in(document):
            assert "://" in link or page_of(link, document)[0].parent == GUIDE, f"{document}: {link}"


def test_the_index_leads_to_every_page() -> None:
    named = LINK.findall(load_pages()[INDEX].text)
    assert set(named) == set(load_pages()) - {INDEX}
    assert len(named) == len(set(named))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_begins_with_its_title_and_has_no_other_of_that_rank(document: str) -> None:
    assert DOCUMENTS[document].read_text().startswith("# ")
    assert [token.tag for token in tokens(document) if token.type == "heading_open"].count("h1") == 1
