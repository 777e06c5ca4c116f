"""What Findings says of the log beside its size: attributes, noise, time and the leak alarm, from the diagnostics."""

from collections.abc import Sequence

from study.exhibits.changes import telling
from study.exhibits.diagnosis_records import Diagnostics
from study.exhibits.diagnostics import hardly_ahead, lead_size
from study.exhibits.leak_alarm import hardly_rings
from study.exhibits.markup import code, listing
from study.exhibits.prose import MANY, count, plural, signed
from study.exhibits.records import Diagnosis
from study.exhibits.results import Results

LINK = '<a href="diagnostics.html">Is it the data?</a>'
TOPICS = {
    "attributes": "taking one attribute away",
    "noise": "adding random attributes",
    "time": "a steady pace instead of the times",
}
"""What is done to the log under the topics that are told, in their order."""


def told(results: Results) -> list[str]:
    """What each of these shows, one clause for all changes and one for the alarm; none of what was not asked."""
    diagnosed = results.diagnostics
    if diagnosed is None:
        return []
    shown = {topic: [c for c in diagnosed.contrasts if c.question == topic] for topic in TOPICS}
    changes = [f"{TOPICS[topic]} {_shown(found)}" for topic, found in shown.items() if found]
    return [
        *(
            [f"in the fits of the diagnostics, {'; '.join(changes)}{_expected(results, shown)} ({LINK})"]
            if changes
            else []
        ),
        *_alarm(diagnosed),
    ]


def _expected(results: Results, shown: dict[str, list[Diagnosis]]) -> str:
    """Whose equivalences say little of the changes that leave a model the user's own counts; or nothing."""
    diagnosed = results.diagnostics
    leaving = [TOPICS[topic] for topic in ("attributes", "noise") if shown[topic]]
    if diagnosed is None or not leaving or not (near := hardly_ahead(results, diagnosed)):
        return ""
    return (
        f"; an equivalence was to be expected of {' and of '.join(leaving)} for {listing(list(map(code, near)))}, "
        f"whose lead over counting is {lead_size(results, diagnosed)}"
    )


def _shown(found: Sequence[Diagnosis]) -> str:
    hit = [
        f"{code(c.left_variant)} {c.verdict} ({telling(c.change)}, {signed(c.effect)})"
        for c in found
        if c.verdict in ("better", "worse")
    ]
    if hit:
        return f"makes {listing(hit)}" if len(hit) <= MANY else f"makes a difference in {_of(len(hit), found)}"
    equivalent = sum(c.verdict == "equivalent" for c in found)
    are = "is" if equivalent == 1 else "are"
    return f"is not shown to make a difference beyond the margin ({_of(equivalent, found)} {are} equivalent)"


def _of(number: int, found: Sequence[Diagnosis]) -> str:
    return f"{count(number)} of {plural(len(found), 'contrast')}"


def _alarm(diagnosed: Diagnostics) -> list[str]:
    alarm = diagnosed.alarm
    if not alarm.variants:
        return []
    ringing = listing([code(row.variant) for row in alarm.variants if row.rings])
    deaf = [code(variant) for variant in hardly_rings(diagnosed)]
    quiet = "is silent, which is weak evidence: it misses what a model has to learn to use"
    quiet += f", and could hardly have rung for {listing(deaf)}" if deaf else ""
    state = f"rings for {ringing}, a reason to look and no verdict" if alarm.rings else quiet
    return [f"the leak alarm, of fits to labels that were permuted, {state} ({LINK})"]
