"""The table of every change that the diagnostics made, and what they were not asked."""

from collections.abc import Collection, Sequence

from study.exhibits.diagnosis_records import LeftOut
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import DAGGER, NO_BOUND, dagger, family, is_unbounded, plural
from study.exhibits.results import Results
from study.exhibits.tables import TESTED, name, table, tested, words
from study.params.diagnostics import Diagnostics
from study.params.statistics import PRIMARY

WHY_NOT = {"counting": ", which read no attribute beside the candidate and learn from no label"}
"""Of a family, why it cannot notice what it is not asked."""


def shown(results: Results) -> Html:
    """Everything that was computed for each contrast, what was left out and why, and what was asked of others alone."""
    found = results.diagnostics
    if found is None or not found.contrasts:
        return Html("")
    head = ["change", "family", "variant", "verdict", *TESTED]
    rows = [
        [
            name(f"{c.change}{DAGGER * c.after_test}"),
            words(c.family),
            name(c.left_variant),
            words(c.verdict),
            *tested(c),
        ]
        for c in found.contrasts
    ]
    told = f"Changes in {PRIMARY} against the unchanged fit; p values are Holm-adjusted over all rows"
    caption = f"{told}{dagger(found.contrasts)}"
    if any(map(is_unbounded, found.contrasts)):
        caption += f"; low −1 and high +1: {NO_BOUND}"
    never = paragraphs(_never_asked(results, {c.family for c in found.contrasts}))
    return joined([table(head, rows, caption), *_left_out(found.left_out), never])


def _left_out(left_out: Sequence[LeftOut]) -> list[Html]:
    if not left_out:
        return []
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in left_out:
        reasons.setdefault((row.variant, row.reason), []).append(code(row.change))
    items = [f"{code(variant)}: {listing(made)} ({escape(why)})" for (variant, why), made in reasons.items()]
    pairs = f"{plural(len(left_out), 'pair')} of a variant and a change {'was' if len(left_out) == 1 else 'were'}"
    return [paragraphs([f"{pairs} left out, for the reasons in brackets:"]), bullets(items)]


def _never_asked(results: Results, groups: Collection[str]) -> list[str]:
    """Of which topics `params.yaml` asks other families, but not these, a sentence for each; none where it asks all."""
    asked = {group: topics for group, topics in results.params.section(Diagnostics).asked.items() if group in groups}
    every = list(dict.fromkeys(topic for topics in asked.values() for topic in topics))
    missing = {group: [topic for topic in every if topic not in topics] for group, topics in asked.items()}
    return [
        f"Not asked of the {family(group)}{WHY_NOT.get(group, '')}: {listing([f'<em>{one}</em>' for one in topics])} "
        "(<code>asked</code> in the section <code>diagnostics</code> of <code>params.yaml</code>)."
        for group, topics in missing.items()
        if topics
    ]
