"""Every scoring of test, and what was tried and did not work: the tables of the study's log, for the page Protocol."""

from collections.abc import Iterable
from pathlib import Path

from study.exhibits import choose, scoring_log
from study.exhibits.figures import folded
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, plural
from study.exhibits.results import Results
from study.exhibits.tables import table, words
from study.paths import LOG

SEEN = (
    "Every look at test is logged with its revision and its reason. What was chosen was compared on stop and select. "
    "Some of it was chosen after scores of test of earlier runs had been seen, as the reasons above say: fits and "
    "searches have not read the test windows, but those who made the study have seen them. A first and smaller roster "
    "was scored before most of the main arm was declared, and its best sequence model was worse than counting there. "
    "Heads that count, trees of recent windows, hybrids, averages, further architectures and the factorial came after "
    "that. A contrast is "
    "marked as <em>declared after test was seen</em> where it, or one of its sides, came after the scores of the "
    "matrix of variants that it belongs to. The stricter rule would also mark what came after the scores of an earlier "
    "and smaller roster: that is most of the main arm."
)
SCORINGS = "Scorings of test"
ADDED_LATER = ("hybrid", "average")
"""Families that came after a first roster had been scored, as heads that count and trees of recent windows did."""
SEEN_ELSEWHERE = (
    "The roster, its defaults and its contrasts were settled on the log that the study was made with, some of them "
    "after scores of its test windows had been seen. Of the test windows of this log nothing was known to them. "
    "Whoever changes the roster after a look at these scores has seen them, and should say so in the table."
)


def scored(results: Results, log: Path = LOG) -> Html:
    """How often test was scored, and why, from the study's log; a row that says it scored none is not counted.

    The log of another log than the study's own tells of both: only its users know which rows are of theirs.

    Raises:
        UserError: the log has no table of scorings.
    """
    head, rows = scoring_log.table_of(log)
    if not rows:
        return paragraphs(["<strong>Test has not been scored yet.</strong>"])
    counted = list(filter(scoring_log.has_scored, rows))
    times = "once" if len(counted) == 1 else f"{'at least ' if counted else ''}{count(len(counted))} times"
    rest = [row for row in rows if row not in counted]
    none = f"{plural(len(rest), 'further row')} scored {scoring_log.UNSCORED} of a log"
    others = f" {none}." if rest else ""
    where = ""
    told = f"<strong>Test has been scored {times}</strong> in the making of this study, once for each row"
    if not results.data.is_own:
        told = f"The table tells of {plural(len(counted), 'scoring')} of test, one a row"
        where = (
            " The study came with rows of the log that it was made with. Those of this log are what whoever scored it "
            f"has added to {code(str(LOG))}; if none is, that it was scored once at least stands in these results."
        )
    text = f"{told}; where a row tells of more, that many more.{others}{where}"
    if not results.data.is_own:
        every = folded("every row of the table", _table(head, rows, SCORINGS))
        return joined([paragraphs([text]), every, paragraphs([SEEN_ELSEWHERE])])
    unscored = [folded(none, _table(head, rest, f"Rows of the log that scored {scoring_log.UNSCORED}"))] if rest else []
    return joined([paragraphs([text]), _table(head, counted, SCORINGS), *unscored, paragraphs([SEEN])])


def counted(results: Results) -> str:
    """How many scorings of test the study's log tells of, a clause; of its own log alone."""
    if not results.data.is_own:
        return ""
    rows = list(filter(scoring_log.has_scored, scoring_log.table_of(LOG)[1]))
    return f", {count(len(rows))} at least," if rows else ""


def added_later(results: Results, winners: Iterable[str]) -> str:
    """Which of these were no plan made before any look at test, a clause; of the study's own log alone."""
    if not results.data.is_own:
        return ""
    late = {variant: _is_added(results, variant) for variant in winners}
    added, before = ([code(variant) for variant, is_late in late.items() if is_late == kind] for kind in (True, False))
    if not added:
        return ""
    who = f"all winners but {listing(before)}" if 0 < len(before) < len(added) else listing(added)
    were = "was" if len(added) == 1 else "were"
    whose = "" if results.params.snapshot.until is None else " of the whole log"
    return (
        f"{who} {were} added after a first roster, whose best sequence model was worse than counting, had been scored "
        f"on test{whose} (<em>Protocol</em>)"
    )


def _is_added(results: Results, variant: str) -> bool:
    """Whether a variant of the study's own log is of a kind that its first roster had not."""
    entry = choose.parts_of(results, variant)
    is_counting_head = bool(choose.declared(entry).get("reads_own"))
    return results.row(variant).family in ADDED_LATER or is_counting_head or entry.get("windows") is not None


def failures(results: Results, log: Path = LOG) -> Html:
    """What was tried on the study's own log and did not work, from the study's log; nothing of another log.

    Raises:
        UserError: the log has no such table.
    """
    if not results.data.is_own:
        return paragraphs(["The study was made with another log, and so was what it tried; none of it is shown here."])
    head, rows = scoring_log.table_of(log, scoring_log.DID_NOT_WORK)
    text = f"What was tried on stop and select, {plural(len(rows), 'row')}, each with the numbers of its revision."
    return joined([paragraphs([text]), _table(head, rows, "What did not work")])


def _table(head: list[str], rows: list[list[str]], caption: str) -> Html:
    """As text, for a revision may be all digits."""
    return table(head, [[words(cell) for cell in row] for row in rows], caption)
