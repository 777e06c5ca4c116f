"""Every page of the built book in a real browser, from disk, at desktop and phone width."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from study.exhibits.build import pages
from study.exhibits.results import load
from study.paths import REPORT

pytestmark = pytest.mark.browser

DESKTOP, PHONE = 1280, 390  # CSS pixels
PATIENCE = 300_000  # milliseconds: a page with many figures is drawn within seconds, or a minute on a busy machine
LOCAL = ("file:", "data:", "blob:")
DRAWN = "plot => plot.querySelector('svg.main-svg') !== null && plot.data.length > 0"
HAVE_MARKS = """plots => plots.map(plot =>
    plot.data.some(trace => trace.visible !== 'legendonly') &&
    plot.querySelector('.trace path, .trace .point, .plot path, .barlayer path') !== null)"""
WIDTHS = "plots => plots.map(plot => plot.getBoundingClientRect().width)"
LABELS = """plots => plots.flatMap(plot => ["x", "y"].map(
    axis => [...plot.querySelectorAll(`.${axis}tick text`)].map(label => label.textContent)))"""
UNFOLD = "document.querySelectorAll('article details').forEach(fold => { fold.open = true; })"
SORTED = """table => [...table.querySelectorAll("th")].map((head, column) => {
    const keys = () => [...table.tBodies[0].rows].map(row => row.cells[column].dataset.key);
    const click = () => { head.querySelector("button").click(); return keys(); };
    return [click(), click(), head.getAttribute("aria-sort")];
})"""
"""The keys of each column after a click on its head and after another one, and what the head says then."""


@dataclass
class Opened:
    """A page of the book in a window, and what the browser has said and asked for since it was opened."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """With all that is folded, until its figures are drawn."""
        self.complaints.clear()
        self.requests.clear()
        self.page.goto(address)
        self.page.evaluate(UNFOLD)  # what is folded is drawn when it is opened
        self.page.wait_for_function(f"[...document.querySelectorAll('.plot')].every({DRAWN})")


def window(browser: Browser, width: int) -> Opened:
    is_phone = width == PHONE
    size = {"width": width, "height": 900}
    seen = Opened(browser.new_context(viewport=size, has_touch=is_phone, is_mobile=is_phone).new_page())
    seen.page.set_default_timeout(PATIENCE)
    seen.page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("request", lambda sent: seen.requests.append(sent.url))
    return seen


@pytest.fixture(scope="module")
def windows(browser) -> dict[int, Opened]:
    """One for each width, in which the pages are opened one after the other."""
    return {width: window(browser, width) for width in (DESKTOP, PHONE)}


@pytest.fixture(scope="module", params=pages())
def name(request) -> str:
    """Tests of one page follow each other: it is opened once in each window."""
    return request.param


@pytest.fixture(scope="module")
def opened(windows, book, name) -> Callable[[int], Opened]:
    """Opens the page in the window of a width."""

    @cache
    def look(width: int) -> Opened:
        windows[width].open((book / f"{name}.html").as_uri())
        return windows[width]

    return look


@pytest.fixture
def desktop(windows, book) -> Callable[[str], Page]:
    """Opens a page by its name, for tests of one page."""

    def look(page: str) -> Page:
        windows[DESKTOP].open((book / f"{page}.html").as_uri())
        return windows[DESKTOP].page

    return look


def test_no_reader_sees_markup(opened):
    """As of markup in what is escaped; code blocks show commands, and no tags of ours."""
    told = opened(DESKTOP).page.locator("main").inner_text()

    assert [] == re.findall(r"</?(?:em|code|strong|small|span|bdi|a|br)\b[^>]*>", told)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_page_is_whole_offline_and_fits_its_screen(opened, width):
    seen = opened(width)
    page = seen.page
    plots = page.locator(".plot")

    assert [] == seen.complaints
    assert [] == [url for url in seen.requests if not url.startswith(LOCAL)]
    assert page.locator("figure.exhibit").count() == plots.count()
    assert all(plots.evaluate_all(HAVE_MARKS))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert all(0 < shown <= page.viewport_size["width"] for shown in plots.evaluate_all(WIDTHS))


def test_only_a_page_with_figures_loads_what_draws_them(opened):
    seen = opened(DESKTOP)
    loads = any("plotly" in url for url in seen.requests)

    assert loads == (seen.page.locator(".plot").count() > 0)


def test_no_page_waits_for_what_draws_figures(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")

    assert [] == re.findall(r"<script[^>]+plotly[^>]*>", text)


def test_a_sign_of_less_that_begins_no_element_is_written_as_an_entity(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")
    shown = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)

    assert [] == re.findall(r".{0,20}<(?![a-zA-Z/!]).{0,20}", shown)


def test_figures_say_in_words_what_they_show(opened):
    page = opened(DESKTOP).page
    labels = [plot.get_attribute("aria-label") for plot in page.locator(".plot[role=img]").all()]

    assert page.locator(".plot").count() == len(labels)
    assert all(len(label.split()) > 5 for label in labels)
    assert labels == page.locator("figure.exhibit figcaption").all_inner_texts()
    assert "nan" not in " ".join(labels).lower()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_axis_has_one_label_twice(opened, width):
    axes = opened(width).page.locator(".plot").evaluate_all(LABELS)

    assert [] == [labels for labels in axes if len(set(labels)) < len(labels)]


def test_tables_sort_by_the_column_that_is_clicked(opened):
    for table in opened(DESKTOP).page.locator("table.sortable").all():
        for rising, falling, told in table.evaluate(SORTED):
            assert "descending" == told
            assert ordered(rising) == ordered(falling)[::-1]
            assert sorted(ordered(rising)) == ordered(rising)


def test_the_leaderboard_has_a_table_to_sort_in_a_box_that_scrolls(desktop):
    page = desktop("leaderboard")
    tables = page.locator("div.scroll table.sortable")

    assert tables.count()
    assert tables.first.evaluate(SORTED)
    assert all(len(rising) == len(falling) > 1 for rising, falling, _ in tables.first.evaluate(SORTED))


def ordered(keys: list[str]) -> list:
    """The keys without the empty ones, which stay last; as numbers where all are."""
    filled = [key for key in keys if key]
    assert keys[len(filled) :] == [""] * (len(keys) - len(filled))
    numbers = all(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", key) for key in filled)
    return [float(key) for key in filled] if numbers else [key.lower() for key in filled]


def test_a_build_leaves_the_tree_clean(book):
    """`book` was built from this tree."""
    ignored = subprocess.run(
        ["git", "status", "--porcelain", "--ignored", "--", str(REPORT)], capture_output=True, text=True, check=True
    ).stdout

    assert "!!" not in ignored
    assert [] == [path for path in book.parent.iterdir() if path != book]


def test_one_copy_of_plotly_serves_all_pages(book):
    assert [book / "_static" / "plotly.min.js"] == [path for path in book.rglob("*") if "plotly" in path.name]
    assert all((book / f"{name}.html").stat().st_size < 3_000_000 for name in pages())


def test_no_address_outside_is_loaded_by_a_page(book: Path, name):
    """Links may lead outside; what a page loads by itself may not."""
    text = (book / f"{name}.html").read_text(encoding="utf-8")

    assert [] == re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+\"", text)


def test_the_first_screen_of_a_phone_has_the_answer(browser, book):
    """What a reader sees without scrolling: the title, and the first question with its answer, all of it."""
    screen = {"width": 390, "height": 844}
    page = browser.new_context(viewport=screen, has_touch=True, is_mobile=True).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto((book / "index.html").as_uri())
    page.wait_for_url("**/findings.html")
    page.wait_for_function(f"[...document.querySelectorAll('.plot')].every({DRAWN})")
    title, answer = (page.locator(f"article {part}").first for part in ("h1", "p.headline"))

    assert answer.inner_text().startswith("Does anything beat counting?")
    for box in (title.bounding_box(), answer.bounding_box()):
        assert 0 <= box["x"] and box["x"] + box["width"] <= screen["width"]
        assert 0 <= box["y"] and box["y"] + box["height"] <= screen["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.context.close()


def test_a_table_wider_than_a_phone_scrolls_inside_its_own_box(opened):
    for box in opened(PHONE).page.locator("div.scroll").all():
        assert box.bounding_box()["width"] <= PHONE
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth || getComputedStyle(box).overflowX === 'auto'")


def test_what_can_be_downloaded_lies_in_the_book(desktop, book):
    page = desktop("downloads")
    links = [link.get_attribute("href") for link in page.locator("a[download]").all()]

    assert {f"downloads/{path.name}" for path in (book / "downloads").iterdir()} == set(links)
    assert len(links) == 2 * page.locator("table.sortable tbody tr").count()


def test_the_citation_names_the_revision_of_the_results(desktop):
    results = load()
    shown = desktop("findings").locator("div.cite").inner_text()

    assert results.manifest.revision[:12] in shown
    assert "@software{downfunnel," in shown


def test_index_opens_the_findings(browser, book):
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto((book / "index.html").as_uri())
    page.wait_for_url("**/findings.html")

    assert "Does anything beat counting?" in page.locator("ol.answers").inner_text()
    page.close()
