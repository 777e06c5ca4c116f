"""The published results with values from outside that would be markup, code or a formula if anything took them so."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from study.paths import CITATION, LOG, PARAMS, PIPELINE, REPORT, RESULTS

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
QUOTES = "a'b\"c"
BRACES = "{{ title }} {% raw %}"
TEX = "`x` $x^2$ $$y$$"
LINK = "[a](javascript:alert(1))"
DIRECTIVE = ":::{note}\nhi\n:::"
ROLE = "{math}`x` {{name}} <b>bold</b> %{x} **strong**"
RIGHT_TO_LEFT = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} \N{RIGHT-TO-LEFT OVERRIDE}abc 12"
SMILE = "\N{GRINNING FACE} caf\N{LATIN SMALL LETTER E WITH ACUTE}"
ENTITY = "&lt;i&gt; &amp; &#60;i&#62; </script><!--"
FORMULA = '=HYPERLINK("x","y")'
NUMBER, DATE = "0012", "2020-01-01"
VARIANT = "_0012__.tifu--\N{LATIN SMALL LETTER E WITH ACUTE}__-_knn_"
"""Of the names that `params.yaml` takes for a variant, which files are named after: emphasis, for Markdown."""
CONTRAST = '<a href="javascript:alert(1)">x</a>'

RENAMED = {
    "category": SCRIPT,
    "product_type": IMAGE,
    "department": QUOTES,
    "brand": BRACES,
    "manufacturer": TEX,
    "price": LINK,
    "discount": DIRECTIVE,
    "display_location": ROLE,
    "mailer_location": RIGHT_TO_LEFT,
    "purchase": ENTITY,
    "campaign_received": FORMULA,
    "tifu-knn": VARIANT,
    "neighbours-over-decay": CONTRAST,
}
"""Columns, event types, a variant and a contrast, wherever parameters and results name them."""
CANDIDATES = [SCRIPT, IMAGE, QUOTES, BRACES, TEX, LINK, DIRECTIVE, ROLE, RIGHT_TO_LEFT, SMILE, ENTITY, NUMBER, DATE]
SOURCE = f"data/{IMAGE}/{LINK}.parquet"
REASON = f"ValueError: {SCRIPT} {LINK}"
PLATFORM = f"Linux {IMAGE}"


def renamed(value: Any) -> Any:
    """The value with every key and string that is one of `RENAMED` replaced."""
    if isinstance(value, dict):
        return {RENAMED.get(key, key): renamed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner) for inner in value]
    return RENAMED.get(value, value) if isinstance(value, str) else value


def write_workspace(folder: Path) -> None:
    """What the builder reads, in an empty folder."""
    shutil.copytree(ROOT / REPORT, folder / REPORT)
    for path in (PIPELINE, LOG, CITATION):
        shutil.copyfile(ROOT / path, folder / path)
    params = renamed(yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8")))
    params["snapshot"]["source"] = SOURCE
    params["compare_with"] = []
    (folder / PARAMS).write_text(yaml.safe_dump(params, sort_keys=False, allow_unicode=True), encoding="utf-8")
    published = ROOT / RESULTS / params["snapshot"]["name"]
    for path in _files(published):
        target = folder / RESULTS / params["snapshot"]["name"] / path.relative_to(published)
        target = target.with_stem(RENAMED.get(target.stem, target.stem))
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(path, target)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix in {".json", ".parquet"})


def _copy(path: Path, target: Path) -> None:
    if path.suffix == ".parquet":
        kept = {"variant", "seed", "user_id", "cutoff", "recall@10", "recall@10/young", "ndcg@10"}
        kept |= {"relevant", "outside", "young"}
        shown = pl.read_parquet(path, columns=[name for name in pl.read_parquet_schema(path) if name in kept])
        shown.with_columns(pl.col("variant").replace(RENAMED)).write_parquet(target)
        return
    document = renamed(json.loads(path.read_text(encoding="utf-8")))
    if path.parent.name == "data":
        document["source"] = SOURCE
        document["candidates_top"] = [[name, 100 - i] for i, name in enumerate(CANDIDATES)]
    if path.name == "manifest.json":
        document["platform"] = document["device"] = document["blas"] = PLATFORM
    if path.name == "tuning.json":
        first = next(search for search in document.values() if len(search["trials"]) > search["chosen"] + 1)
        first["trials"][-1] |= {"state": "failed", "select": None, "reason": REASON}
    target.write_text(json.dumps(document), encoding="utf-8")
