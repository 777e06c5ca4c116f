"""What a simulated log of a given size is made by: the world `shop`, as `params.yaml` declares it, with more users."""

from pydantic import ValidationError

from study.errors import UserError
from study.params import load
from study.params.messages import describe
from study.params.worlds import ShopSettings, Worlds

PER_DAY = 0.9 * 1.5
"""Events of a user and day of the simulation: a session with probability 0.9, in it a click and perhaps a purchase."""


def shop_of(users: int, days: int, items: int) -> ShopSettings:
    """The simulation of so many users and days.

    Raises:
        UserError: the world takes no log as small as that.
    """
    declared = load().section(Worlds).shop.model_dump()
    dials = {"users": users, "days": days, "items": items, "session": 0.9, "purchase": 0.5}
    try:
        return ShopSettings(**declared | dials)
    except ValidationError as error:
        raise UserError(f"the log of this size: {describe(error, ShopSettings)}; give more events") from None
