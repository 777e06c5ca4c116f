"""Whether fewer users are enough: what the diagnostics say of the size of the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from study.exhibits.changes import UNCHANGED, USERS, of_kind
from study.exhibits.diagnosis_records import Reached
from study.exhibits.markup import code, listing
from study.exhibits.prose import FAMILIES, percent, signed
from study.exhibits.records import Diagnosis
from study.params.statistics import PRIMARY

BY_COUNTS = "aggregates"
"""The family of which fewer users are fewer training queries, over the events of all."""
UNHARMED = {"equivalent", "better"}
DIGITS = 4
"""Of gains; one that they round to the margin is said to be about as large."""


@dataclass(frozen=True)
class Gains:
    """What the unchanged fits of the diagnostics gain over the counting rule among them, by variant."""

    rule: str
    by_variant: dict[str, float]

    def of(self, variants: Sequence[str]) -> "Gains":
        """Those of some variants."""
        return Gains(self.rule, {name: gain for name, gain in self.by_variant.items() if name in variants})

    def told(self, margin: float) -> str:
        """The gains in words."""
        return listing(
            [
                f"{code(variant)} by {signed(gain, DIGITS)}{' (about the margin)' * (abs(gain) in self._near(margin))}"
                for variant, gain in self.by_variant.items()
            ]
        )

    def size(self, margin: float) -> str:
        """That they are less than the margin, or at most about as large, of gains that are."""
        return f"{'at most about' if self._near(margin) else 'less than'} the margin of {margin:g}"

    def _near(self, margin: float) -> list[float]:
        sizes = [abs(gain) for gain in self.by_variant.values()]
        return [size for size in sizes if round(size, DIGITS) == round(margin, DIGITS)]


def gains(diagnoses: Sequence[Diagnosis], reached: Sequence[Reached]) -> Gains | None:
    """The gains of the variants that were changed; None without a counting rule or without one of them."""
    unchanged = [one for one in reached if one.change == UNCHANGED and one.metric == PRIMARY]
    counting = next((one for one in unchanged if one.family == "counting"), None)
    changed = {one.left_variant for one in diagnoses} - ({counting.variant} if counting else set())
    others = [one for one in unchanged if one.family != "counting" and one.variant in changed]
    if counting is None or not others:
        return None
    counted = counting.estimate or 0.0
    return Gains(counting.variant, {one.variant: (one.estimate or 0.0) - counted for one in others})


@dataclass(frozen=True)
class Size:
    """Whether it is the size of the log, the contrasts that say so, one per family, and clauses that limit it."""

    lead: str
    shown: list[Diagnosis]
    limits: tuple[str, ...] = ()


def judge(diagnoses: Sequence[Diagnosis], found: Gains | None, margin: float) -> Size | None:
    """What the largest parts of the users show, or the smallest part that is enough; None where no part was asked.

    Where what the fits gain over counting is within the margin of zero, an equivalence says little, since there is
    little above counting to lose, and it is told with that.
    """
    families = _by_share(diagnoses)
    if not families:
        return None
    most = [next(iter(family.values())) for family in families]
    verdicts = {found.verdict for found in most}
    share = percent(min(next(iter(family)) for family in families))
    if verdicts == {"worse"}:
        return Size(f"in part, since with {share} of the users every family that was asked is worse", most)
    if "worse" in verdicts:
        return Size(f"in part, since with {share} of the users some families are worse", most)
    if verdicts <= UNHARMED:
        return _not_its_size(families, found, margin)
    lead = "not settled: fewer users are not shown to hurt, nor to be enough for every family that was asked"
    return Size(lead, most)


def _not_its_size(families: Sequence[dict[float, Diagnosis]], found: Gains | None, margin: float) -> Size:
    """Told of the smallest part of the users that is enough, and of the budget, which is the same for every part."""
    enough = _smallest(families)
    shown = [family[min((share for share in family if share >= enough), default=max(family))] for family in families]
    is_as_well = all(found.verdict == "equivalent" for found in shown)
    does = "every family that was asked does as well" if is_as_well else "no family that was asked is hurt"
    lead = f"not the number of its users at this budget, since with {percent(enough)} of the users {does}"
    limits = ["the budget caps what a fit reads, so whether longer training would gain from more users is not asked"]
    if any(found.family == BY_COUNTS for found in shown):
        readers = FAMILIES[BY_COUNTS][1]
        limits.append(
            f"what was taken away is users to learn from: the counts as of a cut-off, which {readers} read, stayed "
            "those of all users"
        )
    limits += _of_the_smallest(families, enough)
    own = None if found is None else found.of([one.left_variant for one in shown])
    if own is not None and max(map(abs, own.by_variant.values()), default=margin) < margin:
        lead = (
            f"not shown to be the number of its users: with {percent(enough)} of them {does}; that says little, since "
            f"by estimate a fit with all of them gains {own.size(margin)} over counting"
        )
        limits.insert(
            0,
            f"what a fit with all users gains over {code(own.rule)}, a rule that counts, is estimated to be "
            f"{own.size(margin)}, which no contrast tests: {own.told(margin)}",
        )
    return Size(lead, shown, tuple(limits))


def _of_the_smallest(families: Sequence[dict[float, Diagnosis]], enough: float) -> list[str]:
    """What smaller parts than what is enough did to the families, the smallest of each, a clause; or none."""
    smallest = [(share, family[share]) for family in families if (share := min(family)) < enough]
    if not smallest:
        return []
    told = [f"{code(one.left_variant)} {signed(one.effect)}, {one.verdict}" for _, one in smallest]
    least = percent(min(share for share, _ in smallest))
    return [f"with {least} of the users, the smallest part that was asked: {'; '.join(told)}"]


def _smallest(families: Sequence[dict[float, Diagnosis]]) -> float:
    """The smallest part of the users such that neither it nor a larger one hurts a family, or may hurt it."""
    enough = 1.0
    for share in sorted({share for family in families for share in family}, reverse=True):
        if not {family[share].verdict for family in families if share in family} <= UNHARMED:
            break
        enough = share
    return enough


def _by_share(diagnoses: Sequence[Diagnosis]) -> list[dict[float, Diagnosis]]:
    """For each family its contrasts by the part of the users, the largest part first."""
    parts = [(share, found) for found in diagnoses if (share := _share(found)) is not None and share < 1]
    families: dict[str, dict[float, Diagnosis]] = {found.family: {} for _, found in parts}
    for share, found in sorted(parts, key=lambda part: -part[0]):
        families[found.family][share] = found
    return list(families.values())


def _share(found: Diagnosis) -> float | None:
    """The share of users that a change keeps, from its name (`users-50` is half); None for another change."""
    per_cent = of_kind(found.change, USERS)
    return None if per_cent is None else float(per_cent) / 100
