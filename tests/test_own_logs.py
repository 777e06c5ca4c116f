"""Logs of other shapes go from `init` to the book; nothing but numbers of the budget is changed on the way."""

import gzip
import io
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.exhibits.build import build_book, pages
from study.params import load
from study.paths import BOOK, PARAMS
from study.quick import reduced
from study.stages import compare
from tests.exhibits.cells import shown
from tests.tiny import BUDGET, ROOT, inside, prepare, size_of, train_and_score

pytestmark = pytest.mark.slow
ARMS = ("main", "who")
ON_USE = {"own_log", "next_snapshot", "winner"}  # pages of words alone, the same for every log
START = datetime(2024, 1, 1, tzinfo=UTC)


def funnel(folder):
    """Views and purchases with words on a button, in Parquet files by month, some columns under odd names."""
    generator = np.random.default_rng(1)
    taste, rows = generator.dirichlet(np.full(25, 0.2), 60), []
    for user in range(60):
        day = generator.uniform(0, 3)
        while day < 190:
            when = START + timedelta(days=float(day))
            for _ in range(generator.integers(1, 4)):
                item, words = generator.choice(25, p=taste[user]), ["Buy", str(generator.choice(["now", "<script>"]))]
                when += timedelta(minutes=float(generator.uniform(0.2, 9)))
                colour, price = str(generator.choice(["red", "green", "شراء"])), float(generator.gamma(2, 5))
                rows.append((1000 + user, when, "view", f"cat {item}", colour, words, price))
                if generator.random() < 0.4:
                    rows.append((1000 + user, when, "purchase", f"cat {item}", colour, words, price))
            day += generator.exponential(5)
    columns = ["visitorId", "ts", "event", "category", "button colour", "button_text", "price"]
    log = pl.DataFrame(rows, schema=columns, orient="row")
    (folder / "log").mkdir()
    for (month,), part in log.group_by(pl.col("ts").dt.month()):
        part.write_parquet(folder / f"log/{month}.parquet")
    return "log"


def daily(folder):
    """Purchases alone, with a date and no time, as CSV in gzip."""
    generator = np.random.default_rng(2)
    rows = []
    for user in range(80):
        day = generator.uniform(0, 20)
        while day < 260:
            date = (START + timedelta(days=int(day))).strftime("%Y-%m-%d")
            for item in generator.integers(0, 30, generator.integers(1, 4)):
                rows.append((f"c{user}", date, f"sku{(item + user) % 30}", f"group{item % 4}", int(item % 5)))
            day += generator.exponential(7)
    log = pl.DataFrame(rows, schema=["customer", "date", "sku", "group", "quantity"], orient="row")
    text = io.BytesIO()
    log.write_csv(text)
    (folder / "log.csv.gz").write_bytes(gzip.compress(text.getvalue()))
    return "log.csv.gz"


def clicks(folder):
    """One day of sessions with colour, place on the page and price, no purchase and nobody who returns."""
    generator = np.random.default_rng(3)
    rows = []
    for session in range(900):
        when, item = START + timedelta(minutes=float(generator.uniform(0, 900))), int(generator.integers(25))
        for _ in range(generator.integers(1, 8)):
            item = int(item + generator.choice([1, 2, 7])) % 25
            colour, place = str(generator.choice(["red", "blue"])), f"place {generator.integers(5)}"
            price = float(generator.gamma(2, 5))
            rows.append((f"s{session}", int(when.timestamp() * 1000), f"item {item}", colour, place, price))
            when += timedelta(minutes=float(generator.uniform(0.1, 4)))
    columns = ["session_id", "timestamp", "item", "colour", "place", "price"]
    pl.DataFrame(rows, schema=columns, orient="row").write_ndjson(folder / "log.jsonl")
    return "log.jsonl"


def cheap() -> list[str]:
    """The parameters that `init` wrote with the roster of `make quick` and the budgets of a test; what to train."""
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    raw["budgets"]["default"] = size_of(BUDGET)
    raw["statistics"]["resamples"] = 500
    short = reduced(raw) | {"budget": "default"}
    PARAMS.write_text(yaml.safe_dump(short, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return [name for arm in ARMS for name in load().entries(arm)]


@pytest.mark.parametrize("make", [funnel, daily, clicks], ids=lambda make: make.__name__)
def test_a_log_goes_from_init_to_the_pages_of_the_book(make, tmp_path, capfd):
    """The book itself is built of one of them: its pages are the same cells, run by Jupyter."""
    for name in ("study", "report", "CITATION.cff"):
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with inside(tmp_path):
        assert 0 == main(["init", make(tmp_path)])
        assert 0 == main(["check"])
        looked = capfd.readouterr().out
        variants, params = cheap(), load()
    prepare(tmp_path)
    train_and_score(tmp_path, variants)
    with inside(tmp_path):
        for arm in ARMS:
            compare.run(arm)
        cells = {page: shown(page) for page in pages()}
        if make is funnel:
            assert build_book(BOOK).exists()

    assert "conforms to params.yaml" in looked
    assert params.questions["categories"].horizon in cells["protocol"]
    assert ON_USE == {page for page, text in cells.items() if not text}
