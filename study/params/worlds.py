"""The worlds: simulated logs whose truth is known, each with a dial per effect."""

from typing import Annotated, Literal, Self, TypeVar, get_args

from pydantic import Field, model_validator

from study.errors import UserError
from study.params.base import Frozen
from study.params.features import Features
from study.params.messages import unknown_name
from study.params.parts import ranks_other, refuse_lacking
from study.params.question import Windows
from study.params.roster import Single
from study.paths import PARAMS

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
WorldName = Literal["frequency", "order", "binding", "delay", "shop", "null"]
NAMES: tuple[WorldName, ...] = get_args(WorldName)

BASE = "popularity"
"""The variant whose share of what can be reached is 0."""
FRESH_USERS = 20_000
SIMULATED = ("values", "simulate", "oracle")
"""What the file of a world has."""


class WorldSettings(Frozen):
    """What every world has: `users`, and `days` from the first event to the last.

    `context` is how many events a sequence variant sees. Where histories are as short as here, one that is longer than
    they are in training meets positions at test that it never had, and loses by it.
    """

    users: Count
    days: Annotated[int, Field(ge=28)]
    context: Count


class FrequencySettings(WorldSettings):
    """A user's own taste. `concentration` is that of the symmetric Dirichlet base over all `items` together.

    A purchase happens on a day with probability `purchase`. The smaller the concentration, the more there is to
    reach by counting; well below the number of items it leaves raw counts near the oracle.
    """

    items: Count
    concentration: Annotated[float, Field(gt=0)]
    purchase: Share


class WaitingSettings(WorldSettings):
    """Triggers and, once a pause of one horizon is over, a key action that depends on the last of them.

    Both halves of a context have `values` values, and each context leads to `group` items; either half alone leaves
    many near-equal candidates. Ten items fill a top 10, and who cannot tell two contexts apart gets half.
    A trigger happens on each of the first `browse_days` days after a key action with probability `browse`, later with
    `late`; a key action on each day after the pause with `purchase`. Triggers early and a quiet rest leave most
    cut-offs behind a finished trigger, so that there is something to reach. With probability `strength` the item is
    of the context's group, else any.
    """

    values: Annotated[int, Field(ge=2)]
    group: Count
    browse_days: Count
    browse: Share
    late: Share
    purchase: Annotated[float, Field(gt=0, le=1)]
    strength: Share


class OrderSettings(WaitingSettings):
    """The context is the pages of the last two views, in their order; it decides among values^2 * group items."""

    @model_validator(mode="after")
    def _either_alone_leaves_many(self) -> Self:
        return _leaves(self, self.values, 25)


class BindingSettings(WaitingSettings):
    """The context is colour and place of the last click; it decides among values / shades * group items.

    `shades` values of colour, and as many of place, mean the same. `filler` is the probability of a look on any day.
    """

    shades: Count
    filler: Share

    @model_validator(mode="after")
    def _has_many_pairs(self) -> Self:
        if self.values**2 < 100:
            raise ValueError(f"values ({self.values}) squared must be at least 100 pairs of colour and place")
        if self.values % self.shades:
            raise ValueError(f"values ({self.values}) must be a multiple of shades ({self.shades})")
        return _leaves(self, self.values // self.shades, 25)


class DelaySettings(WorldSettings):
    """A wish that is granted `waits` days later, while views of any item fill the days between.

    `brands` values of a wish have `group` items each. A wish happens on a day with probability `wish` if none is
    open; a whim, which takes any item and ends the wish, with probability `whim`. Whims are what tells the objectives
    apart: a key action that follows at once on a young wish is a whim, one within the horizon is mostly the wish.
    """

    brands: Annotated[int, Field(ge=2)]
    group: Count
    waits: tuple[int, int] = (3, 6)
    wish: Share
    whim: Share
    view: Share

    @model_validator(mode="after")
    def _waits_fit_the_horizon(self) -> Self:
        if not 1 <= self.waits[0] <= self.waits[1] <= 6:
            raise ValueError(f"waits {self.waits} must rise and lie in 1 to 6 days, within the horizon of 7")
        return self


class NullSettings(WorldSettings):
    """Nothing to learn: each of `items` is as likely in every key action."""

    items: Count
    purchase: Share
    view: Share


class ShopSettings(WorldSettings):
    """What a product logs: clicks with a colour, an element, a place and words, then purchases.

    On a day a session happens with probability `session`; in it a purchase with `purchase`, whose item follows from
    the user's segment (share `taste`), colour and place of the last click (`binding`) or the words of the last two
    (`order`); the rest is any item. A segment likes `liked` of the `items`. The oracle averages `futures` futures.
    """

    items: Count
    segments: Count
    liked: Count
    session: Share
    purchase: Share
    taste: Share
    binding: Share
    order: Share
    futures: Annotated[int, Field(ge=2, multiple_of=2)]

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if self.taste + self.binding + self.order > 1:
            raise ValueError("taste, binding and order together are more than 1")
        return self


Waiting = TypeVar("Waiting", bound=WaitingSettings)


def _leaves(settings: Waiting, groups: int, least: int) -> Waiting:
    if (left := groups * settings.group) < least:
        raise ValueError(f"half a context leaves {left} candidates ({groups} * group); at least {least} are needed")
    return settings


class WorldContrast(Frozen):
    """The effect of `left` over `right` in a world, and what the way it was made says of it."""

    world: WorldName
    left: str
    right: str
    truth: Literal["better", "equal"]

    @model_validator(mode="after")
    def _has_two_sides(self) -> Self:
        if self.left == self.right:
            raise ValueError(f"both sides are '{self.left}'; name two")
        return self


class Validity(Frozen):
    """One part of the validity check: variants that cost about the same to fit, in logs of `users` users and `days`.

    A share `share` of the asked repeats is made. `fresh` further logs, each with users and training seeds of its own,
    stand for the truth; with `users` they are 20,000 fresh users or more. All pairs of `variants` are one family of
    contrasts. A variant with a seed has `seeds` fits per log, with `rounds` rounds of `positions` positions or
    `boosting_rounds` trees.
    """

    worlds: list[WorldName] = Field(min_length=1)
    variants: list[str]
    share: Annotated[float, Field(gt=0, le=1)]
    fresh: Annotated[int, Field(ge=20)]
    users: Count
    days: Annotated[int, Field(ge=28)]
    seeds: Count
    rounds: Count
    positions: Count
    boosting_rounds: Count

    @model_validator(mode="after")
    def _truth_is_precise(self) -> Self:
        if len(set(self.variants)) < max(2, len(self.variants)):
            raise ValueError("variants: a contrast needs two of them, each named once; add one, or remove this part")
        if self.fresh * self.users < FRESH_USERS:
            raise ValueError(
                f"fresh * users is {self.fresh * self.users}; the truth needs at least {FRESH_USERS} users"
            )
        return self


class Worlds(Frozen):
    """The worlds arm: its dials, and the variants of the roster that run in every world with their default settings.

    The rounds of a fit are read on the windows of stop and select together: nothing is tuned, so there is nothing to
    select. Only the batches of sequence variants are smaller, so that the budget has more steps: `batch` is what
    `Settings.batch` is. `validity` has parts of variants that cost about the same to fit.
    """

    roster: list[str] = Field(min_length=1)
    windows: Windows
    features: Features
    batch: Count
    frequency: FrequencySettings
    order: OrderSettings
    binding: BindingSettings
    delay: DelaySettings
    null: NullSettings
    shop: ShopSettings
    contrasts: dict[str, WorldContrast]
    validity: dict[str, Validity]

    def dials(self, world: WorldName) -> WorldSettings:
        """The settings of a world."""
        found: WorldSettings = getattr(self, world)
        return found

    def entries(self, roster: dict[str, Single]) -> dict[str, Single]:
        """The entries of the variants that run in every world.

        Raises:
            UserError: the roster lacks one, or one ranks users alone.
        """
        place = f"{PARAMS}: worlds.roster"
        for name in self.roster:
            if name not in roster:
                raise UserError(unknown_name(place, name, list(roster)))
            if ranks_other(roster[name].modules()[0], "what"):
                raise UserError(f"{place}: '{name}' ranks users, and worlds ask for candidates; drop it")
        return {name: roster[name] for name in self.roster}

    def declared(self, world: WorldName) -> dict[str, WorldContrast]:
        """The contrasts of a world, in their order."""
        return {name: contrast for name, contrast in self.contrasts.items() if contrast.world == world}

    @model_validator(mode="after")
    def _are_simulated(self) -> Self:
        for world in NAMES:
            refuse_lacking(f"study.worlds.{world}", SIMULATED)
        return self

    @model_validator(mode="after")
    def _has_a_base(self) -> Self:
        if BASE not in self.roster:
            raise ValueError(f"roster: '{BASE}' is missing, from which the share of what is reachable is counted")
        return self

    @model_validator(mode="after")
    def _names_run(self) -> Self:
        named = {f"contrasts.{name}": [one.left, one.right] for name, one in self.contrasts.items()}
        named |= {f"validity.{name}": part.variants for name, part in self.validity.items()}
        for place, variants in named.items():
            for name in variants:
                if name not in self.roster:
                    raise ValueError(unknown_name(place, name, self.roster))
        return self
