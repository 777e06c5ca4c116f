"""Values from outside show as text: every page, built from results that are full of markup."""

import html
import json
import re
from html.parser import HTMLParser

import pytest

from study.exhibits.build import pages
from tests import hostile
from tests.exhibits.cells import shown

ATTRIBUTES = {
    *("class", "style", "scope", "type", "tabindex", "role", "aria-label", "data-key", "href", "download"),
}  # fmt: skip
TAGS = {
    *("p", "ul", "ol", "li", "strong", "em", "small", "code", "bdi", "span", "div", "a", "button", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "script", "details", "summary"),
}
PLOTLY_TAGS = re.compile(r"</?b>|<br>|</?extra>")


class Read(HTMLParser):
    """The elements, the text and the figures of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements, self.text, self.figures = [], [], []
        self.is_in_figure = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.is_in_figure = tag == "script"

    def handle_endtag(self, tag):
        self.is_in_figure = False

    def handle_data(self, data):
        (self.figures if self.is_in_figure else self.text).append(data)


def strings(value) -> list[str]:
    """Every string of a figure, keys left out."""
    if isinstance(value, dict):
        return [found for inner in value.values() for found in strings(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in strings(inner)]
    return [value] if isinstance(value, str) else []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    hostile.write_workspace(folder)
    return folder


@pytest.fixture(scope="module")
def read(workspace) -> dict[str, Read]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(workspace)
        return {page: Read(shown(page)) for page in pages()}


@pytest.mark.parametrize("page", pages())
def test_no_value_becomes_an_element_or_an_attribute(read, page):
    tags = {tag for tag, _ in read[page].elements}
    attributes = {name for _, found in read[page].elements for name in found}
    links = {found["href"] for tag, found in read[page].elements if tag == "a"}
    scripts = [found for tag, found in read[page].elements if tag == "script"]

    assert set() == tags - TAGS
    assert set() == attributes - ATTRIBUTES
    assert [] == [link for link in links if not re.fullmatch(r"[\w./-]+", link)]
    assert [{"type": "application/json"}] * len(scripts) == scripts
    assert len(read[page].figures) == len(scripts)


@pytest.mark.parametrize("page", pages())
def test_no_value_becomes_the_markup_of_a_figure(read, page):
    """Plotly reads a subset of HTML in every label; what is ours is taken away, and nothing may be left."""
    labels = [label for figure in read[page].figures for label in strings(json.loads(figure))]

    assert [] == [label for label in labels if "<" in PLOTLY_TAGS.sub("", label)]


def test_every_value_is_shown_as_it_is(read):
    """All that the log and the parameters bring in, to the letter; labels are read as Plotly reads them."""
    text = "\n".join(part for page in read.values() for part in page.text)
    labels = {html.unescape(label) for figure in read["data"].figures for label in strings(json.loads(figure))}
    values = [*hostile.RENAMED.values(), hostile.SOURCE, hostile.REASON, hostile.PLATFORM]

    assert [] == [value for value in values if value not in text]
    assert [] == [value for value in hostile.CANDIDATES if value not in labels]
