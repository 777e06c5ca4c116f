"""A book of results that are full of markup, in a real browser: all of it shows as text, and nothing runs."""

import html
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from study.exhibits.build import build_book
from study.paths import LOG, REPORT
from tests import hostile

pytestmark = pytest.mark.browser

PAGES = ["findings", "plan", "leaderboard", "data", "tokens", "tuning", "reproduce", "downloads"]
LINK = re.compile(r"\[([^\]]+)\]\(\w+\.md\)")
DRAWN = "[...document.querySelectorAll('.plot')].every(plot => plot.querySelector('svg.main-svg') !== null)"
PATIENCE = 300_000  # milliseconds: a busy machine is no failure
UNFOLD = "document.querySelectorAll('article details').forEach(fold => { fold.open = true; })"
ODD = "article :is(img, iframe, object, b, i, script:not([type='application/json']), [onerror], [onclick], [onload])"
LABELS = "[...document.querySelectorAll('.plot text')].map(label => label.textContent)"


@dataclass
class Opened:
    page: Page
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    hostile.write_workspace(folder)
    for page in (folder / REPORT).glob("*.md"):  # others are left out, and links to them
        if page.stem in PAGES:
            page.write_text(LINK.sub(r"\1", page.read_text(encoding="utf-8")), encoding="utf-8")
        elif page != folder / LOG:
            page.unlink()
    contents = {"format": "jb-book", "root": PAGES[0], "parts": [{"chapters": [{"file": name} for name in PAGES[1:]]}]}
    (folder / REPORT / "_toc.yml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return build_book(folder / "book").parent


@pytest.fixture(scope="module")
def opened(browser, spoilt) -> dict[str, Opened]:
    found = {}
    for name in PAGES:
        seen = found[name] = Opened(browser.new_page())
        seen.page.set_default_timeout(PATIENCE)
        seen.page.on("dialog", lambda dialog, seen=seen: (seen.dialogs.append(dialog.message), dialog.dismiss()))
        seen.page.on("pageerror", lambda error, seen=seen: seen.complaints.append(str(error)))
        seen.page.goto((spoilt / f"{name}.html").as_uri())
        seen.page.evaluate(UNFOLD)
        seen.page.wait_for_function(DRAWN)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_no_element_arises(opened, name):
    seen = opened[name]
    hrefs = seen.page.evaluate("[...document.querySelectorAll('a')].map(link => link.getAttribute('href') || '')")
    inside = seen.page.evaluate("[...document.querySelectorAll('.plot svg a')].length")

    assert [] == seen.dialogs + seen.complaints
    assert 0 == seen.page.locator(ODD).count()
    assert [] == [href for href in hrefs if href.lower().startswith("javascript:")]
    assert 0 == inside


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("findings", [hostile.VARIANT, hostile.ENTITY]),
        ("leaderboard", [hostile.VARIANT, hostile.CONTRAST]),
        ("data", [hostile.SOURCE, hostile.FORMULA, *list(hostile.RENAMED.values())[:9]]),
        ("tokens", list(hostile.RENAMED.values())[:9]),
        ("tuning", [hostile.VARIANT, hostile.REASON]),
        ("reproduce", [hostile.PLATFORM]),
    ],
)
def test_every_value_is_read_as_it_was_written(opened, name, values):
    text = opened[name].page.locator("article").evaluate("article => article.textContent")

    assert [] == [value for value in values if value not in text]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("data", hostile.CANDIDATES),
        ("tokens", list(hostile.RENAMED.values())[:9]),
        ("leaderboard", [hostile.VARIANT, hostile.CONTRAST]),
    ],
)
def test_labels_of_figures_are_the_very_values(opened, name, values):
    """But for line breaks: a label has one line."""
    labels = {" ".join(label.split()) for label in opened[name].page.evaluate(LABELS)}

    assert [] == [value for value in values if " ".join(value.split()) not in labels]


def test_what_a_pointer_is_told_is_the_very_value(opened):
    plot = opened["data"].page.locator(".plot", has_text=hostile.SMILE)
    for point, value in enumerate(hostile.CANDIDATES):
        plot.evaluate("(plot, n) => Plotly.Fx.hover(plot, [{curveNumber: 0, pointNumber: n}])", point)
        expect(plot.locator(".hoverlayer")).to_have_text(f"{value}: {100 - point}", timeout=PATIENCE)


def test_the_search_index_and_the_titles_have_no_markup_of_the_values(spoilt):
    heads = {page.stem: page.read_text(encoding="utf-8").split("</head>")[0] for page in spoilt.glob("*.html")}
    index = (spoilt / "searchindex.js").read_text(encoding="utf-8")
    written = [form(value) for value in hostile.RENAMED.values() for form in (str, html.escape, in_json)]

    assert set(PAGES) <= set(heads)
    assert all(f'"{name}"' in index for name in PAGES)
    assert [] == [(name, value) for name, head in heads.items() for value in written if value in head]
    assert [] == [value for value in written if value in index]


def in_json(value: str) -> str:
    return json.dumps(value)[1:-1]
