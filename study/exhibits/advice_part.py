"""One contrast that an advice stands or falls with, and its mark."""

from dataclasses import dataclass, replace
from typing import Literal

from study.exhibits import anew, choose, hedges, scope
from study.exhibits.markup import code, listing
from study.exhibits.prose import late, to_margin, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results

Mark = Literal["supported", "contradicted", "undetermined"]
NEAR_POPULARITY = "; what it says is that the side which follows it stayed near popularity, and the other did not"
MARKS: tuple[Mark, ...] = ("supported", "contradicted", "undetermined")


@dataclass(frozen=True)
class Part:
    """One contrast that an advice stands or falls with, told so that *better* speaks for the advice.

    `besides` says what else its sides differ in, where that may make the difference, and `untrained` which of them are
    no better than popularity: it speaks for nothing then. `behind` is what its verdict hangs on or leaves out,
    `since` how its effect has changed since another snapshot, `learning` how far its sides were trained.
    """

    where: str
    contrast: Contrast
    margin: float
    besides: str = ""
    untrained: str = ""
    behind: str = ""
    since: str = ""
    learning: str = ""

    @property
    def hedges(self) -> str:
        """What is said behind its effect."""
        return f"{self.behind}{late(self.contrast)}{self.since}{f', {self.learning}' if self.learning else ''}"

    @property
    def compares(self) -> bool:
        """False where the effect is zero for whoever is drawn, as of one model, or where nobody's recall can differ."""
        return not self.contrast.low == self.contrast.effect == self.contrast.high == 0

    @property
    def mark(self) -> Mark:
        """What the contrast says to the advice: an equivalence contradicts that following it gains anything.

        A gain whose interval ends below the margin is none that matters, and no equivalence by its test either.
        """
        if not self.compares or self.besides or self.untrained or self.is_slight:
            return "undetermined"
        found: dict[str, Mark] = {"better": "supported", "worse": "contradicted", "equivalent": "contradicted"}
        return found.get(self.contrast.verdict, "undetermined")

    @property
    def is_slight(self) -> bool:
        """Whether following the advice is better, by less than the margin."""
        return self.contrast.verdict == "better" and self.contrast.high < self.margin

    @property
    def kind(self) -> str:
        """Why it speaks for neither, in words that fit all contrasts of which the same is true."""
        if not self.compares:
            return "in which nothing was compared"
        if self.untrained:
            return "with a side that is not clearly above popularity"
        if self.besides:
            return "whose sides differ in more than that"
        if self.is_slight:
            return "better by less than the margin"
        return "with neither a difference nor an equivalence shown"

    @property
    def reason(self) -> str:
        """The verdict in the words of the advice."""
        if not self.compares:
            return "for every user both sides have the same recall, so nothing was compared"
        if self.untrained:
            told = f"{self.untrained} not clearly above popularity on select, so that the contrast says little"
            is_followed = self.untrained == f"{code(self.contrast.left_variant)} is"
            failed = is_followed and self.contrast.verdict == "worse"
            return f"{told}{NEAR_POPULARITY * failed}"
        if self.besides:
            does = "hide a difference" if self.contrast.verdict == "equivalent" else "be what makes the difference"
            return f"its sides differ in {self.besides} as well, which may {does}"
        return {
            "better": f"following it is better{to_margin(self.contrast, self.margin)}",
            "worse": f"following it is worse{to_margin(self.contrast, self.margin)}",
            "equivalent": f"it makes no difference beyond the margin of ±{self.margin:g}",
            "undetermined": "neither a difference nor an equivalence is shown",
        }[self.contrast.verdict]


def part_of(results: Results, contrast: Contrast, where: str) -> Part:
    """A contrast as it stands, and what is known of its sides."""
    untrained, behind = _untrained(results, contrast), hedges.behind(results, contrast)
    since, learning = anew.changed_since(results)(contrast), scope.learning(results, [contrast])
    return Part(where, contrast, results.margin, "", untrained, behind, since, learning)


def _untrained(results: Results, contrast: Contrast) -> str:
    """The sides that are no better than popularity, with their verb."""
    found = [code(variant) for variant in contrast.variants if results.at_popularity(variant)]
    return f"{listing(found)} {'is' if len(found) == 1 else 'are'}" if found else ""


def head_of(entry: choose.Parts) -> str:
    """The head of a side that has one."""
    return f"head {worded(entry['head'])}" if entry.get("head") else ""


def shared(*parts: str) -> str:
    """What the sides of a contrast share, without what is nothing."""
    return ", ".join(filter(None, parts))


def between_users(results: Results, left: choose.Parts, right: choose.Parts, topic: str) -> list[Part]:
    """The contrasts of arm who that an advice speaks of, as those of the main arm; none where it was not run."""
    who = results.beside("who")
    if who is None:
        return []
    found = choose.about(who, left, right, topic)
    return [replace(part_of(who, c, _users(who, c)), besides=scope.unlike_training(who, c)) for c in found]


def _users(who: Results, contrast: Contrast) -> str:
    """Head and representation of the sides that have them, and what each sees of a history, where that is not alike."""
    entry, seen = choose.parts_of(who, contrast.left_variant), scope.histories(who, contrast)
    if not seen and entry.get("context") and choose.is_short(who, contrast.left_variant):
        seen = "as short a history"
    flat = ", flattened tokens" if choose.is_of_tokens(entry) else ""
    return f"{shared('users of one cut-off', head_of(entry))}{flat}{f', {seen}' if seen else ''}"
