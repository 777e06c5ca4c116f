"""The names of the changes that the diagnostics make: what stands in them, and what they are called in prose."""

from collections.abc import Callable

from study.exhibits.markup import code

UNCHANGED = "unchanged"
LAST, WITHOUT, NOISE, USERS = "last", "without", "noise", "users"
"""How the names of changes begin that are of a number or of an attribute, which follows behind a dash."""
ORDER, AT_TEST = "order", "at-test"
TELLING = {
    f"{ORDER}-{AT_TEST}": "order shuffled at test only",
    f"{ORDER}-retrained": "order shuffled, retrained",
    "no-time": "a steady pace instead of time",
}


def of_kind(change: str, kind: str) -> str | None:
    """What follows in the name of a change of this kind; None of another one."""
    begins, _, rest = change.partition("-")
    return rest if begins == kind else None


def is_of_order(change: str) -> bool:
    """Whether a change shuffles the moments of a history."""
    return of_kind(change, ORDER) is not None


def is_at_test_alone(change: str) -> bool:
    """Whether the fits know nothing of a change: they are those of the log as it is."""
    return of_kind(change, ORDER) == AT_TEST or of_kind(change, LAST) is not None


def telling(change: str, mark: Callable[[object], str] = code) -> str:
    """What a change is called in prose, with the names of attributes set as code, or by another `mark`."""
    kind, _, rest = change.partition("-")
    by_kind = {
        LAST: f"the last {rest} event{'' if rest == '1' else 's'} only",
        WITHOUT: f"without {mark(rest)}",
        NOISE: f"{rest} random attribute{'' if rest == '1' else 's'} added",
        USERS: f"{rest} % of the users",
    }
    return TELLING.get(change) or by_kind.get(kind, mark(change))
