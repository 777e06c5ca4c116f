"""What the key action of a question is, in the words of `params.yaml`."""

from study.exhibits.markup import isolated, listing
from study.exhibits.prose import number
from study.params.question import Asked, WhoQuestion


def allowed(asked: Asked) -> str:
    """Which events are key actions: "event_type is purchase and discount is coupon"."""
    return listing([f"{isolated(column)} is {isolated(values)}" for column, values in asked.told.items()])


def key_action(asked: Asked) -> str:
    """What is asked of whom: a clause after "whether"."""
    told = f"takes a key action ({allowed(asked)}) within {asked.horizon}"
    if not isinstance(asked, WhoQuestion) or asked.sessions:
        return f"a user {told}"
    days = asked.eligible_days
    return f"a user with an event in the {number(days, 0 if days == round(days) else 2)} days before {told}"
