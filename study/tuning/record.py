"""Searches in a database, beside their journals: where many machines or studies share one Optuna dashboard.

It is written by the driver when a search is finished, and never read: proposals are a function of the finished trials.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import RDBStorage

from study.errors import UserError
from study.redact import STORAGE, hidden
from study.tuning.proposals import Trial, fill

_DRIVER = re.compile(r"^postgres(?:ql)?://")


def reach() -> None:
    """Connects once, so that a mistake in the URL is known before hours of training; nothing where there is none.

    Raises:
        UserError: the database cannot be reached, or its driver is missing.
    """
    with _storage():
        pass


def publish(name: str, space: dict[str, BaseDistribution], finished: list[Trial]) -> None:
    """Writes a search as the study of that name, in place of one that has it; nothing where no database is named.

    Raises:
        UserError: the database refuses.
    """
    with _storage() as storage:
        if storage is not None:
            if name in optuna.get_all_study_names(storage):
                optuna.delete_study(study_name=name, storage=storage)
            fill(storage, name, space, finished)


@contextmanager
def _storage() -> Iterator[RDBStorage | None]:
    url = os.environ.get(STORAGE, "").strip()
    if not url:
        yield None
        return
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = None
    try:
        storage = RDBStorage(_DRIVER.sub("postgresql+psycopg://", url))
        yield storage
    except ImportError:
        raise UserError(f"{STORAGE}: the driver is missing; pip install -c constraints.txt -e '.[postgres]'") from None
    except Exception as error:  # noqa: BLE001 - SQLAlchemy, Optuna and each driver have their own; all may quote the URL
        reason = hidden(" ".join(str(error).split()))
        raise UserError(f"{STORAGE}: the search cannot be recorded there: {reason}") from None
    finally:
        if storage is not None:
            storage.engine.dispose()
