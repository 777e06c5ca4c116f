"""What programs and people write where there is no value, and what is read as a value here, as any other text."""

import polars as pl

FOR_SURE = (
    *("null", "none", "(none)", "nil", "undefined", r"\n", "n/a", "na", "#n/a"),
    *("(not set)", "(not provided)"),  # Google Analytics
)
"""Words that hardly anyone means, worth a warning wherever values are ranked; in lower case."""
ANSWERS = ("-", "?", "unknown", "missing")
"""Those that people choose as well: a colour may be `unknown`, a grade `-`."""
NOTHING = (*FOR_SURE, *ANSWERS)
NO_ID = r"^0{8}-?(0{4}-?){3}0{12}$"
"""A UUID of zeros, which telephones give where they are not to tell their own."""
ZERO = r"^0+$"
"""Written for nobody, or the first where users are counted."""


def is_nothing(values: pl.Series, words: tuple[str, ...] = NOTHING) -> pl.Series:
    """Whether each text is one of the words, whatever its case and the spaces around it."""
    return values.str.strip_chars().str.to_lowercase().is_in(words)


def is_nobody(ids: pl.Series) -> pl.Series:
    """Whether each id of a user may stand for all whom the log does not know."""
    return is_nothing(ids) | ids.str.contains(f"{NO_ID}|{ZERO}")
