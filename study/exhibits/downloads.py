"""The page Downloads: the result tables as files that lie in the book beside its pages."""

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from study.exhibits import tokens, worlds
from study.exhibits.markup import Html, code, paragraphs
from study.exhibits.records import Estimate, Record, Row
from study.exhibits.results import Results
from study.exhibits.tables import Cell, name, table, whole, words

FOLDER = "downloads"
FORMULA = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
"""How a text begins that a spreadsheet would run (OWASP, CSV Injection)."""
ABOUT = {
    "leaderboard": "every variant: select, and each metric on test with its interval",
    "contrasts": "every declared contrast with its verdict",
    "trials": "every trial of every search",
    "cost": "measured seconds, memory and parameters",
    "factorial": "main effects and interactions",
    "attributes": "the columns of the log",
    "candidates": "the most frequent candidates",
    "windows": "the windows with their queries",
    "variants": "every variant in every world",
    "verdicts": "the declared contrasts with their truth",
    "losses": "cost of a step on catalogues of growing size",
    "slots": "token accounting, column by column",
}
Tables = dict[str, pl.DataFrame]


def tables(results: Results) -> Tables:
    """Every table by name, `<arm>-<table>`: what was not run has none."""
    found: Tables = {}
    for ran in results.every():
        found |= {f"{ran.arm}-{kind}": made for kind, made in _of_arm(ran).items()}
    return {kind: made for kind, made in (found | _of_others(results) | _of_data(results)).items() if made.height}


def _of_arm(arm: Results) -> Tables:
    searches = [
        {"variant": variant, "trial": trial.number, "batch": trial.batch, "state": trial.state, "select": trial.select}
        | {"chosen": trial.number == search.chosen, "rounds": trial.curve[-1][0] if trial.curve else None}
        | {"settings": json.dumps(trial.settings, ensure_ascii=False), "reason": trial.reason}
        for variant, search in arm.tuning.items()
        for trial in search.trials
    ]
    return {
        "leaderboard": pl.DataFrame([_line(row) for row in arm.leaderboard], infer_schema_length=None),
        "contrasts": _records(arm.contrasts),
        "trials": pl.DataFrame(searches, infer_schema_length=None),
        "cost": pl.DataFrame([{"variant": v} | spent.model_dump() for v, spent in arm.cost.items()]),
    }


def _line(row: Row) -> dict[str, object]:
    kept = row.model_dump(exclude={"estimates"})
    return kept | {key: value for metric, found in row.estimates.items() for key, value in _ends(metric, found).items()}


def _ends(metric: str, found: Estimate | None) -> dict[str, float | None]:
    ends = found or Estimate(estimate=None)
    return {metric: ends.estimate, f"{metric} low": ends.low, f"{metric} high": ends.high}


def _of_others(results: Results) -> Tables:
    """The tables of what has no leaderboard of its own."""
    simulated = worlds.load().worlds
    reached = [
        {"world": world.world, "variant": row.variant, "family": row.family, "above chance": row.above_chance}
        | _ends("recall@10", row.recall)
        | _ends("share of the reachable", row.share)
        for world in simulated
        for row in world.variants
    ]
    judged = [{"world": world.world} | one.model_dump() for world in simulated for one in world.contrasts]
    accounted = tokens.load()
    slots = [
        {"column": row.slot, "tokens": row.tokens, "drop": row.drop.estimate}
        | {f"loss, {key}": loss.estimate for key, loss in row.losses.items()}
        | {f"share, {key}": None if share is None else share.estimate for key, share in row.shares.items()}
        for row in (accounted[0].slots if accounted else [])
    ]
    effects = [
        effect.model_dump(exclude={"factors", "levels"}) | {"levels": json.dumps(effect.levels, ensure_ascii=False)}
        for effect in results.factorial
    ]
    return {
        f"{results.arm}-factorial": pl.DataFrame(effects),
        "diagnostics-contrasts": _records(results.diagnostics.contrasts if results.diagnostics else []),
        "worlds-variants": pl.DataFrame(reached, infer_schema_length=None),
        "worlds-verdicts": pl.DataFrame(judged, infer_schema_length=None),
        "catalogue-losses": _records(results.loss_costs.measured if results.loss_costs else []),
        "tokens-slots": pl.DataFrame(slots, infer_schema_length=None),
    }


def _of_data(results: Results) -> Tables:
    data = results.data
    return {
        "data-attributes": pl.DataFrame([{"attribute": key} | of.model_dump() for key, of in data.attributes.items()]),
        "data-candidates": pl.DataFrame(data.candidates_top, schema=["candidate", "key actions"], orient="row"),
        "data-windows": _records(data.windows),
    }


def _records(records: Sequence[Record]) -> pl.DataFrame:
    return pl.DataFrame([record.model_dump() for record in records], infer_schema_length=None)


def write(results: Results, folder: Path) -> None:
    """Writes each table as `<name>.csv` and `<name>.parquet`."""
    folder.mkdir()
    for stem, made in tables(results).items():
        made.write_parquet(folder / f"{stem}.parquet")
        for_spreadsheets(made).write_csv(folder / f"{stem}.csv")


def for_spreadsheets(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(FORMULA)).then(pl.lit("'") + text).otherwise(text).name.keep())


def listed(results: Results) -> Html:
    """Every table with its links."""
    rows = [_listed(stem, made) for stem, made in tables(results).items()]
    return table(["table", "CSV", "Parquet", "rows", "what it holds"], rows, "The tables of these results")


def _listed(stem: str, made: pl.DataFrame) -> list[Cell]:
    links = (_link(f"{stem}.{form.lower()}", form) for form in ("CSV", "Parquet"))
    return [name(stem), *links, whole(made.height), words(ABOUT[stem.partition("-")[2]])]


def _link(file: str, form: str) -> Cell:
    link = f'<a href="{FOLDER}/{file}" download aria-label="{file}">{form}</a>'
    return Cell(link, file, "words")


def elsewhere(results: Results) -> Html:
    """What is not offered here, and where it is."""
    told = (
        "The metrics of every query, variant and seed name users, so they are not offered here. They lie in the "
        f"repository, in {code(results.root)}, as {code('queries.parquet')} of each arm that ranks candidates; the "
        f"scores and labels of users, where users are ranked, as {code('scores.parquet')}."
    )
    return paragraphs([told])
