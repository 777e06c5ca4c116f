"""The one exception that is addressed to the person who runs the study, and how names are told in it."""

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

SHOWN = 8
"""Names that a message lists."""


class UserError(Exception):
    """Something the user can mend: bad parameters, a bad file, a missing column.

    The message is one line that names the place, what is wrong there and what to do. The command line prints
    it without a traceback and exits with code 2.
    """


def unknown(what: str, name: str, known: list[str]) -> UserError:
    """A name that is not known, with those that are."""
    return UserError(f"{what} '{name}' is unknown; {choices(name, sorted(known))}")


def choices(name: str, known: Sequence[str], told: str = "known") -> str:
    """The name that was perhaps meant, and those that are known: of many those that resemble it most."""
    nearest = sorted(known, key=lambda one: -SequenceMatcher(None, name.casefold(), one.casefold()).ratio())[:SHOWN]
    others = [one for one in known if one not in nearest]
    return f"{meant(name, known)}{told}: {few([*(one for one in known if one in nearest), *others])}"


def meant(name: str, known: Sequence[str]) -> str:
    """A question that names the one that is close to a name, whatever the case of its letters; empty if none is."""
    folded = {one.strip().casefold(): one for one in reversed(known)}
    close = get_close_matches(name.strip().casefold(), list(folded), n=1)
    return f"did you mean '{folded[close[0]]}'? " if close else ""


def one_line(text: str) -> str:
    """The text with a blank for each character that would end its line or cannot be shown: names come from logs."""
    return "".join(c if c.isprintable() else " " for c in text)


def few(names: Sequence[str]) -> str:
    """The first ones of some names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
