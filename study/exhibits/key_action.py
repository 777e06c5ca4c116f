"""What the key action of a question is, in the words of `params.yaml`."""

from study.exhibits.markup import isolated, listing
from study.exhibits.prose import number, plural
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


def clock(asked: Asked) -> list[str]:
    """How the clock of the study differs from that of the log, where it does."""
    if not asked.horizon_minutes:
        return []
    shifted = "Sessions are shifted so that the cut-offs of a group of them meet. " if asked.sessions else ""
    return [
        f"All days and dates of this report are those of the study's clock, on which {asked.horizon_minutes} minutes "
        f"last {plural(asked.study_days, 'day')}: windows, half-lives and aggregates reckon in days. {shifted}"
        "Weekdays and months mean nothing there."
    ]
