"""The book of the committed results, built once for all tests of it, and the browser that opens it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from study.exhibits.build import build_book

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Path:
    return build_book(tmp_path_factory.mktemp("report") / "book").parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert executable, f"the report is tested in a browser, but none of {', '.join(CHROMIUM)} is on PATH"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield launched
        launched.close()
