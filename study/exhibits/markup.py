"""Pieces of HTML that a notebook cell shows; everything that comes from data is escaped on its way in."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

PER_CENT = re.compile(r"(?<=\d) %")
P_VALUE = re.compile(r"\bp (=|&lt;) (?=\d)")


@dataclass(frozen=True)
class Html:
    """A finished piece of HTML."""

    text: str

    def _repr_html_(self) -> str:
        """The piece as a notebook shows it; a number stays on the line of its sign."""
        return P_VALUE.sub("p\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", PER_CENT.sub("\N{NO-BREAK SPACE}%", self.text))


def escape(value: object) -> str:
    """`value` as inert text, for element content and attribute values alike."""
    return html.escape(str(value))


def code(value: object) -> str:
    """A name from parameters or data, set as code."""
    return f"<code>{escape(value)}</code>"


def isolated(value: object) -> str:
    """A value from data inside a sentence: its direction of writing ends where it ends."""
    return f"<bdi>{escape(value)}</bdi>"


def paragraphs(sentences: Iterable[str], css: str = "prose") -> Html:
    """Each item, already HTML, as a paragraph."""
    return Html("".join(f'<p class="{css}">{sentence}</p>' for sentence in sentences))


def bullets(items: Iterable[str]) -> Html:
    """Each item, already HTML, as an entry of a list."""
    return Html('<ul class="prose">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>")


def joined(parts: Iterable[Html]) -> Html:
    """Several pieces below each other."""
    return Html("\n".join(part.text for part in parts))


def listing(items: list[str]) -> str:
    """Items, already HTML, as an enumeration in a sentence."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else "none"
