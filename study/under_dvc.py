"""What a stage does first where DVC runs it: it ends when DVC ends, and keeps a whole copy of dvc.lock."""

import os
from contextlib import suppress
from pathlib import Path

from study.parent import die_with, die_with_parent
from study.paths import KEPT_LOCK, PIPELINE_LOCK, replacing

STAGE = "DVC_STAGE"  # set by DVC for the commands of its stages


def is_so() -> bool:
    """Whether this process is a stage that DVC runs."""
    return STAGE in os.environ


def begin() -> None:
    """Ties the stage to DVC; of a stage that a person runs nothing is changed.

    A stage whose DVC was killed would go on unseen, beside the next run. And DVC writes dvc.lock in place: killed
    meanwhile it leaves a part. While a stage runs the file is whole.
    """
    if not is_so():
        return
    die_with_parent(os.getppid())
    if (dvc := _behind_a_shell()) is not None:
        die_with(dvc)
    if PIPELINE_LOCK.exists():
        with replacing(KEPT_LOCK) as temporary:
            temporary.write_bytes(PIPELINE_LOCK.read_bytes())


def _behind_a_shell() -> int | None:
    """The process of DVC, where it is no parent of this one: `sh` of Debian, say, stays while its command runs.

    The shell has the variable that DVC sets, and DVC has not.
    """
    shell = Path("/proc") / str(os.getppid())
    with suppress(OSError):  # no Linux, or it has just ended
        if f"\0{STAGE}=".encode() in b"\0" + (shell / "environ").read_bytes():
            return int((shell / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    return None
