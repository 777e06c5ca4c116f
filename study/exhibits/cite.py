"""How to cite the study and the results that the book shows, from `CITATION.cff`."""

import re
from datetime import date
from pathlib import Path

import yaml
from pydantic import ConfigDict, Field, ValidationError

from study.errors import UserError
from study.exhibits.markup import Html, escape
from study.exhibits.records import Record
from study.exhibits.result_file import found_first
from study.exhibits.results import Results
from study.exhibits.source import short
from study.paths import CITATION

TEX = re.compile(r"([#$%&_{}])")


class Author(Record):
    """A person by given and family names, or any other author by name."""

    model_config = ConfigDict(alias_generator=lambda field: field.replace("_", "-"))

    name: str = ""
    given_names: str = ""
    family_names: str = ""

    @property
    def full(self) -> str:
        """The whole name."""
        return self.name or f"{self.given_names} {self.family_names}".strip()


class Citation(Record):
    """What the book reads of a file in the Citation File Format (Druskat and others, 2021)."""

    model_config = ConfigDict(alias_generator=lambda field: field.replace("_", "-"))

    title: str
    authors: list[Author] = Field(min_length=1)
    version: str
    date_released: date | None = None
    url: str | None = None

    @property
    def names(self) -> str:
        """All authors, as a sentence names them."""
        *others, last = [author.full for author in self.authors]
        return f"{', '.join(others)} and {last}" if others else last


def load(path: Path = CITATION) -> Citation:
    """The citation.

    Raises:
        UserError: the file is missing or broken.
    """
    try:
        return Citation.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; the report takes its title and authors from it") from None
    except ValidationError as error:
        raise UserError(f"{path}: {found_first(error)}") from None
    except (yaml.YAMLError, ValueError) as error:  # the latter of a day in no calendar, and of bytes that are no text
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


def box(results: Results) -> Html:
    """The citation as text and as BibTeX, with the snapshot and the revision of the results of its arm."""
    citation = load()
    return Html(
        f'<div class="exhibit cite"><p class="prose">{escape(text(citation, results))}</p>'
        f'<div class="highlight"><pre>{escape(bibtex(citation, results))}</pre></div></div>'
    )


def text(citation: Citation, results: Results) -> str:
    """One line for a list of references."""
    year = f" ({citation.date_released.year})" if citation.date_released else ""
    url = f" {citation.url}" if citation.url else ""
    return f"{citation.names}{year}. {citation.title}, version {citation.version} [software]. {_shown(results)}.{url}"


def bibtex(citation: Citation, results: Results) -> str:
    """An entry for BibTeX."""
    fields = {
        "title": "{" + _tex(citation.title) + "}",
        "author": " and ".join("{" + _tex(author.full) + "}" for author in citation.authors),
        "year": str(citation.date_released.year) if citation.date_released else "",
        "version": _tex(citation.version),
        "url": citation.url or "",
        "note": _tex(_shown(results)),
    }
    lines = [f"  {field} = {{{value}}}," for field, value in fields.items() if value]
    key = re.sub(r"[^a-z0-9]+", "-", citation.title.lower()).strip("-")
    return "\n".join([f"@software{{{key},", *lines, "}"])


def _shown(results: Results) -> str:
    """The snapshot, and which of its arms is of the revision: others may be of earlier ones."""
    manifest = results.manifest
    return f"Results on snapshot {manifest.snapshot}, arm {results.arm} compared at revision {short(manifest.revision)}"


def _tex(value: str) -> str:
    return TEX.sub(r"\\\1", value)
