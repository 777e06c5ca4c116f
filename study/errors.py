"""The one exception that is addressed to the person who runs the study."""


class UserError(Exception):
    """Something the user can mend: bad parameters, a bad file, a missing column.

    The message is one line that names the place, what is wrong there and what to do. The command line prints
    it without a traceback and exits with code 2.
    """


def unknown(what: str, name: str, known: list[str]) -> UserError:
    """A name that is not known, with the names that are."""
    return UserError(f"{what} '{name}' is unknown; known: {', '.join(sorted(known))}")
