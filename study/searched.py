"""The record of a variant's search, as `train` leaves it beside the models, and the trial that it chose."""

import json
from typing import Any

from study.paths import search_file

Row = dict[str, Any]


def read_search(runs: str, variant: str) -> Row:
    """The record of a finished search: its space, its trials, and the number of the chosen one.

    Args:
        runs: of the variant's entry, see `run_folder`.

    Raises:
        FileNotFoundError: the variant was not trained.
    """
    search: Row = json.loads(search_file(runs, variant).read_text(encoding="utf-8"))
    return search


def chosen_trial(search: Row) -> Row:
    """The trial of a search that was best on select, whose settings are refitted."""
    trial: Row = next(trial for trial in search["trials"] if trial["number"] == search["chosen"])
    return trial


def chosen_select(search: Row) -> float:
    """What the chosen trial reached on select, by the question's first metric."""
    return float(chosen_trial(search)["select"])
