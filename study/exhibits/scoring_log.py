"""The tables of the study's log, and what the rows of scorings say of a run."""

import re
from pathlib import Path

from study.errors import UserError
from study.exhibits.results import Results
from study.paths import LOG

HEADING = "## Scorings of test"
DID_NOT_WORK = "## What did not work"
UNSCORED = "no test window"
"""What the reason of a row says that scored none, unless it begins with the other words for it."""
NOTHING_SCORED = "nothing scored"
BESIDE = re.compile(r"\bother work ran beside\b|\bbeside other work\b", re.IGNORECASE)
"""What a row says of a run whose seconds are not its own."""
TOO_MANY = " (some seconds inflated by other work that ran beside, see Protocol)"
DIGITS = 7
"""Of a revision, in a row."""


def table_of(log: Path = LOG, heading: str = HEADING) -> tuple[list[str], list[list[str]]]:
    """The head of the table under a heading of the log, and its rows, as plain text.

    Raises:
        UserError: there is no log, or no such table in it.
    """
    try:
        text = log.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{log}: no such file; it records every scoring of test") from None
    _, found, section = text.partition(f"{heading}\n")
    lines = [line.strip() for line in section.split("\n## ")[0].splitlines() if line.strip().startswith("|")]
    parsed = [[re.sub(r"[`*]", "", cell).strip() for cell in line.strip("|").split("|")] for line in lines]
    if not found or len(parsed) < 2 or any(len(row) != len(parsed[0]) for row in parsed):
        raise UserError(f"{log}: under '{heading}' there must be a table with a head, its lines all of one length")
    return parsed[0], parsed[2:]


def has_scored(row: list[str]) -> bool:
    """Whether a row is of a run that scored test windows of a log."""
    return UNSCORED not in row[-1] and not row[-1].lower().startswith(NOTHING_SCORED)


def beside_other_work(results: Results, log: Path = LOG) -> str:
    """That seconds of these results may be too many, as a row with their revision says, to stand behind "this run".

    That at which they were compared, or one at which a variant was trained.
    """
    made = [results.manifest.revision, *(cost.revision for cost in results.cost.values())]
    revisions = {revision.partition("+")[0][:DIGITS] for revision in made if revision}
    known = "|".join(sorted(revision for revision in revisions if len(revision) == DIGITS))
    if not known:
        return ""
    own = re.compile(rf"^(?:{known})|\b(?:compared|trained) at (?:{known})")
    if not any((own.search(row[1]) or own.search(row[-1])) and BESIDE.search(row[-1]) for row in table_of(log)[1]):
        return ""
    return TOO_MANY
