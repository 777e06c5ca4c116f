"""The book of the committed results, built once for all tests of it."""

from pathlib import Path

import pytest

from study.exhibits.build import build_book


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Path:
    return build_book(tmp_path_factory.mktemp("report") / "book").parent
