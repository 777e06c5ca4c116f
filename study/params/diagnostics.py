"""The diagnostics arm: which changes of the data are asked of which family, and how large they are."""

from typing import Annotated, Literal

from pydantic import Field

from study.params.base import Frozen

Family = Literal["counting", "aggregates", "sequence", "hybrid"]
Screened = Literal["aggregates", "sequence"]
Topic = Literal["order", "time", "recent", "attributes", "noise", "users", "labels"]
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


class Diagnostics(Frozen):
    """The best variant on select of each family of `asked` is fitted and scored under each change of its topics.

    `last_events`: how many events of a history are left. `noise_attributes`: how many random attributes are added,
    each of `noise_values` values. `user_shares`: of the users, in training; all of them are the unchanged fit.
    `impersonal`: the variants that know nothing of a user, the best of which on select no model may beat that was
    trained on permuted labels. `screened`: the families of the who arm that the same is asked of, against chance.
    """

    asked: dict[Family, list[Topic]] = Field(min_length=1)
    last_events: list[Count]
    noise_attributes: list[Count]
    noise_values: Annotated[int, Field(ge=2)]
    user_shares: list[Share]
    impersonal: list[str] = Field(min_length=1)
    screened: list[Screened]
