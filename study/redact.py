"""Hides credentials in text that leaves: messages, tracebacks, whatever a driver quotes of its URL."""

import os
import re
import sys
import traceback
from types import TracebackType
from urllib.parse import unquote

DATABASE = "DOWNFUNNEL_DATABASE"
"""The variable of the environment that holds the URL of a database, with its password."""
STORAGE = "DOWNFUNNEL_STORAGE"
"""The variable that holds the URL of the database which searches are recorded in as well."""
HIDDEN = "***"

# Up to the last @ before a blank or a quote: an unquoted password may hold @ and / itself.
_USER = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.\-]*://)[^\s'\"<>]*@", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<name>\b(?:[a-z]*password|passwd|pwd)['\"]?\s*[=:]\s*)"
    r"(?:'[^']*'|\"[^\"]*\"|[^\s&;,)'\"]+)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"^[a-z][a-z0-9+.\-]*://[^\s:/@]*:(?P<password>.*)@", re.IGNORECASE)
_SHORTEST = 4  # a shorter password would hide half of any text


def hidden(text: str) -> str:
    """The text without credentials: user and password of URLs, `password=...`, and the databases of the environment.

    Hides rather too much than too little: of `https://host/a@b` all before the `@` goes.
    """
    for secret in _secrets():
        text = text.replace(secret, HIDDEN)
    text = _USER.sub(rf"\g<scheme>{HIDDEN}@", text)
    return _NAMED.sub(rf"\g<name>{HIDDEN}", text)


def has_credentials(text: str) -> bool:
    """Whether a setting holds what belongs into the environment: a URL with a password, or `password=...`."""
    return _PASSWORD.search(text) is not None or _NAMED.search(text) is not None


def _secrets() -> list[str]:
    """The URLs in the environment and their passwords, as written and decoded; the longest first."""
    urls = [os.environ.get(name, "").strip() for name in (DATABASE, STORAGE)]
    passwords = [found["password"] for url in urls if (found := _PASSWORD.search(url))]
    secrets = {*urls, *passwords, *map(unquote, passwords)}
    return sorted((secret for secret in secrets if len(secret) >= _SHORTEST), key=len, reverse=True)


def show_without_credentials(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Prints a traceback as Python does, credentials hidden: for `sys.excepthook`."""
    print(hidden("".join(traceback.format_exception(kind, error, trace))), end="", file=sys.stderr)
