"""That families of models are trained for unlike targets, which their contrasts compare as well."""

from study.exhibits.prose import raised
from study.exhibits.results import Results

TARGETS = {
    "sequence": "the losses of sequence models weigh each relevant candidate by one over their number, as recall does",
    "aggregates": "models of aggregates learn single rows, or, as lambdarank, pairs by what they change in nDCG",
    "hybrid": "a hybrid learns as they do, with a score among its features",
    "counting": "counting rules have nothing but what their search chose by",
}
"""By family; an average has the targets of its members."""


def told(results: Results) -> list[str]:
    """What each family is trained for, where sequence models stand beside others, a caveat; or none."""
    families = {row.family for row in results.leaderboard}
    known = [target for family, target in TARGETS.items() if family in families]
    if "sequence" not in families or len(known) == 1:
        return []
    return [
        f"<strong>Trained for unlike targets.</strong> {raised('; '.join(known))}. So a contrast between families is "
        "one of targets, too; the table of all contrasts on <em>Leaderboard</em> has their effects in nDCG."
    ]
