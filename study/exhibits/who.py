"""The page Who will buy: which users will take the key action, and does a ranking loss find more of them?"""

from collections.abc import Callable, Sequence
from functools import wraps
from statistics import fmean

from scipy.special import ndtri

from study.exhibits import anew, choose, contrasts, few_seeds, hedges, scope, source, unlike_rounds
from study.exhibits.data import local_day
from study.exhibits.key_action import clock, key_action
from study.exhibits.marks import LEARNED
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import count, is_unbounded, number, over, percent, plural, sentence, verdict_sentence
from study.exhibits.records import Contrast, Estimate, Record, variants_of
from study.exhibits.resolution import at_first_step, power_of_equivalence
from study.exhibits.result_file import read
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, estimate, name, table, whole, words
from study.metrics.screening import PRIMARY, SHARES, places
from study.params.statistics import POWER, VERDICTS

OTHERS = {
    "recall@1%": "top 1 %",
    "recall@10%": "top 10 %",
    "average_precision": "average precision",
    "auroc": "AUROC",
    "log_loss": "log-loss",
    "ece": "calibration error",
}


class Window(Record):
    """A test window; `perfect` is the recall among the top 5 % that a faultless ranking reaches."""

    cutoff: str
    users: int
    positives: int
    base_rate: float
    perfect: float | None


class Windows(Record):
    """All test windows; rates are means over them. `detectable` with 80 % power."""

    windows: list[Window]
    users: int
    base_rate: float
    perfect: float | None
    detectable: float | None

    @property
    def limit(self) -> float | None:
        """The share that no ranking exceeds; None where one could find all."""
        return None if self.perfect is None or self.perfect > 1 - 1e-9 else self.perfect


def if_run(exhibit: Callable[[Results], Html]) -> Callable[[Results | None], Html]:
    """The exhibit, which is empty where the arm has not been run: the first line of the page says so."""

    @wraps(exhibit)
    def shown(results: Results | None) -> Html:
        return Html("") if results is None else exhibit(results)

    return shown


def windows_of(results: Results) -> Windows:
    """What the test windows hold."""
    return read(results.folder / "windows.json", Windows)


def answer(results: Results | None) -> Html:
    """Who will take the key action: how many can be found, by what, and does anything beat counting?"""
    if results is None:
        return source.NOTHING
    shown, best = windows_of(results), results.leaderboard[0]
    counting = results.best_of_each().get("counting")
    found = best.estimates[PRIMARY]
    share = f"the top 5 % of the users by {code(best.variant)}, which is best on select,"
    mean = f", in the mean of {plural(len(shown.windows), 'test window')}" if len(shown.windows) > 1 else ""
    told = [
        f"The question is whether {key_action(results.question)}. {percent(shown.base_rate)} of them do. Among "
        f"{share} are {percent(found.estimate)} of those who do{mean}{_interval(found)}: {_times(found, shown)}."
    ]
    if counting is not None and counting is not best:
        told.append(f"Counting alone, {code(counting.variant)}, finds {_percentage(counting.estimates[PRIMARY])}.")
    if shown.limit is not None:
        told.append(f"No ranking could find more than {percent(shown.limit)} among so few.")
    since = anew.changed_since(results)
    clauses = [
        f"{verdict_sentence(contrast, results.margin)}{hedges.of_the_verdict(results, contrast)}{since(contrast)}"
        for contrast in results.contrasts
    ]
    return joined([paragraphs([" ".join(told)]), bullets(map(sentence, clauses))])


@if_run
def histories(results: Results) -> Html:
    """Which contrasts are of sides that see more or less of a history."""
    found = [(c, seen) for c in results.contrasts if (seen := scope.histories(results, c))]
    told = [f"{over(contrast)} compares {seen} of history." for contrast, seen in found]
    fewer = _fewer_users(results, [contrast for contrast, _ in found])
    unsure = few_seeds.told([(results, results.contrasts)])
    return paragraphs(
        [*told, *fewer, *unsure, *unlike_rounds.named(results, results.contrasts), *scope.after_one_round(results)]
    )


def _fewer_users(results: Results, contrasts: Sequence[Contrast]) -> list[str]:
    """That the budget counts events, which long histories use up with fewer users."""
    sides = variants_of(contrasts)
    entries = [choose.parts_of(results, side) for side in sides]
    seen = {
        side: entry["context"] if choose.counted(entry) == "tokens" else scope.events_seen(results, entry)
        for side, entry in zip(sides, entries, strict=True)
        if entry.get("context")
    }
    if not seen:
        return []
    trained = {side: (results.cost[side].positions or 0) / each for side, each in seen.items()}
    told = [
        f"{code(side)} {count(round(histories, -2))} in {plural(results.search(side).rounds, 'round')}"
        for side, histories in sorted(trained.items(), key=lambda found: found[1])
    ]
    return [
        "The budget counts events, and a training user costs as many as the side sees of the history. So of two sides "
        "the one that sees more is trained on fewer users in a round, in fewer steps, and rounds are those that were "
        "best on stop. Where histories are as long as what is seen, the refits were trained on about so many histories "
        f"(each of a user at a cut-off): {listing(told)}. These contrasts show all of that together; models of "
        "aggregates read every training row."
    ]


def _interval(found: Estimate) -> str:
    if found.low is None:
        return ""
    if found.low == found.high:  # as where nobody is found, whoever is drawn
        return " (nearly every draw of users has the same, so that no interval says what others would have)"
    return f" (interval {percent(found.low)} to {percent(found.high)})"


def _percentage(found: Estimate) -> str:
    return f"{percent(found.estimate)}{_interval(found)}"


def _times(found: Estimate, shown: Windows) -> str:
    """What finding them is worth, against a draw that knows nothing."""
    assert found.estimate is not None
    drawn = fmean(places(SHARES[PRIMARY], window.users) / window.users for window in shown.windows)
    return f"{number(found.estimate / drawn, 1)} times as many as among users drawn at random"


@if_run
def board(results: Results) -> Html:
    """All variants; a click on a head sorts."""
    rows: list[list[Cell]] = []
    for row in results.leaderboard:
        found = row.estimates
        cells = [name(row.variant), words(row.family), decimal(row.select), estimate(found[PRIMARY])]
        state = words(results.training(row.variant))
        rows.append([*cells, *(decimal(found[m].estimate) for m in OTHERS), whole(row.seeds), state])
    level = percent(1 - results.params.statistics.alpha)
    caption = (
        f"Recall on test among the top 5 % of the users (with {level} intervals), and other metrics, each per cut-off "
        "and then averaged, the calibration error over all cut-offs; sorted by select. Log-loss and calibration error "
        f"are those of calibrated probabilities; for both, less is better; training: {LEARNED}"
    )
    return table(["variant", "family", "select", "top 5 %", *OTHERS.values(), "seeds", "training"], rows, caption)


@if_run
def forest(results: Results) -> Html:
    """Effects with the interval that each verdict used; the margin of equivalence is shaded."""
    if not results.contrasts:
        return paragraphs([contrasts.NONE])
    margin = results.margin
    return contrasts.forest(results.contrasts, margin, "recall among the top 5 % of the users", "recall", is_brief=True)


def windows(results: Results | None) -> Html:
    """Base rate and positives of each window: those that settings were chosen by, and those of test."""
    if results is None:
        return source.NOTHING
    shown, zone = windows_of(results), results.params.zone("who")
    rows = [
        _window(w.span, w.day.isoformat(), w.queries, round(w.queries * w.positive_share), w.positive_share)
        for w in results.data.windows
        if w.positive_share is not None
    ]
    rows += [_window("test", local_day(w.cutoff, zone), w.users, w.positives, w.base_rate) for w in shown.windows]
    fewest, most = (pick(w.positives for w in shown.windows) for pick in (min, max))
    acting = f"from {count(fewest)} to {count(most)}" if fewest < most else count(most)
    tested = len(shown.windows)
    place = f"at least one of {count(tested)} test windows" if tested > 1 else "the only test window"
    during = "in each of them" if tested > 1 else "in it"
    were = "was" if shown.users == 1 else "were"
    take = "takes" if acting == "1" else "take"
    text = f"{plural(shown.users, 'user')} {were} eligible in {place}; {acting} of them {take} the key action {during}."
    unbounded = [contrast for contrast in results.contrasts if is_unbounded(contrast)]
    if unbounded:
        text += (
            f" They are too few: {count(len(unbounded))} of {plural(len(results.contrasts), 'contrast')} "
            f"{'has' if len(unbounded) == 1 else 'have'} an interval without a bound, since a user like none of these "
            "may differ by any amount. What stays <em>undetermined</em> here is no sign of a difference, and none of "
            "equality."
        )
    elif shown.detectable is not None:
        family, settings = len(results.contrasts), results.params.statistics
        found = at_first_step(shown.detectable, settings.alpha, family)
        at_step, alone = (percent(power, 0) for power in powers(results))
        text += (
            f" A difference in recall among the top 5 % has to reach {number(found, 3)} to be found with "
            f"{percent(POWER)} power (median over the declared contrasts{_by_width(results)}, at the first step of "
            f"Holm over {count(family)}, the strictest; {number(shown.detectable, 3)} for a contrast that stands "
            f"alone); the margin is {results.margin:g}. Two variants that are alike in truth are shown to be "
            f"equivalent at that step with a power of {at_step} ({alone} for a contrast that stands alone) where "
            "their difference varies as the median one does: what stays <em>undetermined</em> here is no sign of a "
            "difference."
        )
    caption = "Eligible users of each window, and those of them who take the key action in it"
    told = paragraphs([text, *clock(results.question)])
    return joined([told, table(["span", "cut-off", "eligible", "positives", "base rate"], rows, caption)])


def _window(span: str, day: str, users: int, positives: int, rate: float) -> list[Cell]:
    return [words(span), words(day), whole(users), whole(positives), Cell(percent(rate), rate)]


def powers(results: Results) -> list[float]:
    """With which two variants that are truly alike are shown to be: at the first step of Holm, and alone."""
    shown, alpha = windows_of(results), results.params.statistics.alpha
    if shown.detectable is None or any(map(is_unbounded, results.contrasts)):
        return []
    families = len(results.contrasts), 1
    return [power_of_equivalence(shown.detectable, alpha, results.margin, family) for family in families]


def _by_width(results: Results) -> str:
    """From where to where what can be found lies, by the widths of the contrasts' intervals; nothing for one."""
    step = results.params.statistics.alpha / len(results.contrasts)
    reach = ndtri(1 - step / 2) + ndtri(POWER)
    found = [reach * (c.high - c.low) / 2 / ndtri((1 + c.level) / 2) for c in results.contrasts if not is_unbounded(c)]
    return f"; contrast by contrast, from {number(min(found), 3)} to {number(max(found), 3)}" if len(found) > 1 else ""


@if_run
def losses(results: Results) -> Html:
    """The contrasts of losses by their verdicts."""
    found = results.about("loss")
    if not found:
        return paragraphs(["No loss is compared."])
    groups = {verdict: [c for c in found if c.verdict == verdict] for verdict in VERDICTS}
    told = {verdict: listing([over(contrast) for contrast in shown]) for verdict, shown in groups.items()}
    clauses = [f"{count(len(shown))} {verdict} ({told[verdict]})" for verdict, shown in groups.items() if shown]
    return paragraphs(
        [f"Of {plural(len(found), 'contrast')} with another loss, all else declared alike: {'; '.join(clauses)}."]
    )
