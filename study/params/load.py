"""Reads `params.yaml` and checks everything that can be checked without the log."""

from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, JsonValue, ValidationError, model_validator

from study.device import Device
from study.errors import UserError
from study.params.base import Frozen
from study.params.budget import Budget, Budgets, Compared, Size
from study.params.checks import problems
from study.params.engine import Engine
from study.params.features import Features
from study.params.messages import describe, unknown_name
from study.params.plain import plain, read_plain
from study.params.question import Question, QuestionName
from study.params.roster import Composed, ComposedEntry, Single, Variant, VariantName
from study.params.snapshot import Snapshot
from study.params.statistics import BEST, Contrast, Factorial, Statistics
from study.paths import PARAMS

Section = Literal["tokens", "diagnostics", "worlds"]
Part = TypeVar("Part", bound=Frozen)


class Params(Frozen):
    """The whole of `params.yaml`.

    `after_test` names, by snapshot, the contrasts that were declared, or given their sides, after its test was scored.
    """

    seed: int
    budget: Literal["quick", "default", "full"]
    engine: Engine = Engine()
    device: Device = "auto"
    snapshot: Snapshot
    compare_with: list[str]
    warm_start: str | None = None
    questions: dict[QuestionName, Question] = Field(min_length=1)
    features: Features
    statistics: Statistics
    budgets: Budgets
    roster: dict[VariantName, Single]
    composed: dict[VariantName, Composed]
    contrasts: dict[str, Contrast]
    after_test: dict[str, list[str]] = {}
    factorial: Factorial
    tokens: dict[str, JsonValue] = {}
    diagnostics: dict[str, JsonValue] = {}
    worlds: dict[str, JsonValue] = {}

    @property
    def variants(self) -> dict[str, Variant]:
        """The roster, and the variants that are composed of it."""
        return {**self.roster, **self.composed}

    @property
    def arms(self) -> list[Compared]:
        """The arms of the roster, in its order."""
        return list(dict.fromkeys(entry.arm for entry in self.roster.values()))

    @property
    def size(self) -> Size:
        """The budgets of the size that `budget` names."""
        return self.budgets.of(self.budget)

    def spent(self, arm: Compared) -> Budget:
        """The budget of an arm that has variants of its own, of that size."""
        return self.size.of(arm)

    def entries(self, arm: Compared) -> dict[str, Variant]:
        """The variants of an arm, in the order of the roster."""
        return {name: entry for name, entry in self.variants.items() if entry.arm == arm}

    def declared(self, arm: Compared) -> dict[str, Contrast]:
        """The contrasts of an arm, in their order."""
        return {name: contrast for name, contrast in self.contrasts.items() if contrast.arm == arm}

    def question_of(self, variant: str) -> Question:
        """The question that a variant answers."""
        return self.questions[self.variants[variant].question]

    def asked_by(self, arm: Compared) -> str:
        """The name of the question of an arm: all its variants answer the same."""
        return next(entry.question for entry in self.entries(arm).values())

    def zone(self, arm: Compared) -> str:
        """Whose midnights are the cut-offs of an arm; on a stretched clock those of UTC (`study/events/clock.py`)."""
        return "UTC" if self.question(self.asked_by(arm)).horizon_minutes else self.snapshot.timezone

    def concerning(self, arm: Compared) -> dict[str, Any]:
        """What the results of an arm are a function of, as plain values: another arm's entries are none of it."""
        whole = self.model_dump(mode="json")
        kept = {name: whole[name] for name in ("seed", "budget", "snapshot", "warm_start", "features", "statistics")}
        kept["questions"] = {name: whole["questions"][name] for name in [self.asked_by(arm)]}
        kept["budgets"] = {arm: whole["budgets"][self.budget][arm]}
        declared = whole["roster"] | whole["composed"]
        kept["roster"] = {name: declared[name] for name in self.entries(arm)}
        if set(self.factorial.cells) <= set(self.entries(arm)):
            kept["factorial"] = whole["factorial"]
        return kept | {"contrasts": {name: whole["contrasts"][name] for name in self.declared(arm)}}

    def variant(self, name: str, place: str = "roster") -> Variant:
        """The entry of that name; an unknown name is the user's error.

        Args:
            place: in `params.yaml`, where the name stands.
        """
        found: Variant = _one(f"{PARAMS}: {place}", name, self.variants)
        return found

    def sources(self, variant: str) -> list[str]:
        """The variants of the roster that one may be composed of: all of a family where its best is asked for."""
        entry = self.variants[variant]
        named = entry.sources() if isinstance(entry, ComposedEntry) else []
        return list(dict.fromkeys(found for side in named for found in self.candidates(entry.arm, side)))

    def candidates(self, arm: Compared, side: str) -> list[str]:
        """The variants that a name, or `best:FAMILY`, may stand for."""
        return [name for name, entry in self.entries(arm).items() if side in {name, BEST + entry.family}]

    def question(self, name: str) -> Question:
        """The question of that name; an unknown name is the user's error."""
        found: Question = _one(f"{PARAMS}: questions", name, self.questions)
        return found

    def section(self, kind: type[Part]) -> Part:
        """The part of an arm that is no part of the roster, `tokens` as `Tokens`.

        Who asks has the type, so that its code belongs to the stages of its arm alone.

        Raises:
            UserError: there is none in `params.yaml`.
        """
        name = kind.__name__.lower()
        if not getattr(self, name):
            raise UserError(f"{PARAMS}: {name}: there is none, so there is nothing to run; fill it in")
        return kind.model_validate(getattr(self, name))

    @model_validator(mode="after")
    def _agrees(self) -> "Params":
        found = problems(self)
        if found:
            raise ValueError(found[0])
        return self


def _one(place: str, name: str, known: dict[Any, Any]) -> Any:
    if name not in known:
        raise UserError(unknown_name(place, name, list(known)))
    return known[name]


def load(path: Path = PARAMS) -> Params:
    """The validated parameters.

    Raises:
        UserError: the file is missing, no YAML, or a value in it is wrong; one line, naming the place.
    """
    return _validated(read_plain(path), path)


def parse(text: str, path: Path) -> Params:
    """The validated parameters of a text.

    Args:
        path: what messages name as its place.

    Raises:
        UserError: it is no YAML, or a value in it is wrong.
    """
    return _validated(plain(text, path), path)


def _validated(raw: Any, path: Path) -> Params:
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"{path}: {describe(error, Params)}") from None
