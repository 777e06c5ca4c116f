"""An extension of Sphinx: pages are rendered by several processes, which end with the one that builds the book."""

import multiprocessing
import os
from functools import partial

from sphinx.application import Sphinx

from study.parent import die_with_parent

SILENT = "sphinx_multitoc_numbering"
"""An extension of Jupyter Book that does not say whether it is safe; it numbers chapters, after all pages are read."""


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    os.register_at_fork(after_in_child=partial(die_with_parent, os.getpid()))
    app.connect("builder-inited", _say_safe)
    app.connect("build-finished", _end_the_others)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _say_safe(app: Sphinx) -> None:
    if (found := app.extensions.get(SILENT)) is not None:
        found.parallel_read_safe = True


def _end_the_others(_: Sphinx, error: Exception | None) -> None:
    """Of a build that failed. Sphinx asks them to end, and then waits for them.

    One that is just closing a kernel does not hear it: nbclient handles the signal meanwhile. It would go on to its
    last page, and wait for ever for somebody to read what it made of them.
    """
    if error is not None:
        for process in multiprocessing.active_children():
            process.kill()
