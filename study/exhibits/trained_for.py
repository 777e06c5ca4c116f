"""That families of models are trained for unlike targets, which their contrasts compare as well."""

from study.exhibits.results import Results


def told(results: Results) -> list[str]:
    """What each family is trained for, where sequence models stand beside others, a caveat; or none."""
    families = {row.family for row in results.leaderboard}
    if "sequence" not in families or len(families) == 1:
        return []
    return [
        "<strong>Trained for unlike targets.</strong> The losses of sequence models weigh each relevant candidate by "
        "one over their number, as recall does; trees and linear models learn single rows, lambdarank pairs by what "
        "they change in nDCG, and counting rules have nothing but what their search chose by. So a contrast between "
        "families is one of targets, too; the table of all contrasts on <em>Leaderboard</em> has their effects in nDCG."
    ]
