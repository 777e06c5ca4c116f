"""What counting rules and models of aggregates compute, in a line each; the page Plan shows it."""

import ast
import importlib.util
from pathlib import Path

from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import count
from study.exhibits.results import Results
from study.exhibits.tables import Cell, name, table, words
from study.params.roster import AggregateEntry, CountingEntry

COUNTING, MODELS = "study.models.counting", "study.models"
"""Their modules begin with what they compute; read as text, for no page imports a model."""


def counting(results: Results) -> Html:
    """What each counting rule of the roster ranks by, and the variants that do."""
    variants: dict[str, list[str]] = {}
    for variant, entry in results.params.roster.items():
        if isinstance(entry, CountingEntry):
            variants.setdefault(entry.rule, []).append(variant)
    if not variants:
        return paragraphs(["No counting rule is declared."])
    rows = [
        [name(rule), words(_told_by(f"{COUNTING}.{rule}")), Cell(listing(list(map(code, found))), None, "words long")]
        for rule, found in variants.items()
    ]
    return table(["rule", "what it ranks by", "variants"], rows, "The counting rules of the roster, of all arms")


def aggregates(results: Results) -> Html:
    """Which model each variant on aggregates is, by which loss and from which windows it learns."""
    rows = [
        [name(variant), words(_told_by(f"{MODELS}.{entry.model}")), words(entry.loss), _windows(entry)]
        for variant, entry in results.params.roster.items()
        if isinstance(entry, AggregateEntry)
    ]
    if not rows:
        return paragraphs(["No model of aggregates is declared."])
    caption = (
        "The models of aggregates of the roster, of all arms; windows: those of the fit span whose queries train the "
        "model, the latest or all after the warm-up"
    )
    return table(["variant", "model", "loss", "windows"], rows, caption)


def _told_by(module: str) -> str:
    """The first line of a module's docstring, without the marks of code."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("`", "")


def _windows(entry: AggregateEntry) -> Cell:
    return words("all" if entry.windows is None else f"the last {count(entry.windows)}")
