"""An exported variant: one folder with all that scoring needs, and no pickle in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from polars.exceptions import PolarsError
from pydantic import ValidationError
from safetensors import SafetensorError

from study.device import Device
from study.errors import UserError
from study.failures import naming
from study.features.vocabulary import Vocabulary
from study.models.base import Recommender
from study.models.factory import build_model
from study.models.sources import Source, Sources
from study.params.base import Frozen
from study.params.budget import Budget
from study.params.messages import describe
from study.params.question import Question
from study.params.roster import Single, Variant
from study.params.snapshot import Snapshot
from study.paths import EXPORTS
from study.provenance import file_hash
from study.tuning.refused import reason_of

_NOT_OURS = "cannot be loaded by this version of the code; export it again"
MEMORY = "give it more memory; a GPU that has too little is hidden by CUDA_VISIBLE_DEVICES="
"""What to do where memory is refused."""
MODEL, VOCABULARY, WEIGHTS, CARD = "model.json", "vocabulary.json", "weights", "README.md"
_OF_EVERY_FORMAT = {"format", "variant", "entry", "settings", "data_hash"}


class Exported(Frozen):
    """What is needed to build the model, to read a log as it did, and to say where it comes from.

    Attributes:
        format: of the folder; another number is another layout.
        settings: the chosen ones.
        budget: of its arm; a network's and a booster's constructor read it.
        sources: the entries of the variants that a composed one is made of.
        seed: of the study; orders the lines of a moment.
        refit: the number of the refit whose weights these are.
        origin: of the clock of the study where the horizon is a number of minutes, microseconds since 1970 UTC.
        data_hash: SHA-256 of the snapshot.
        revision: commit of the code that exported it.
        versions: of the packages.
        files: SHA-256 of the vocabulary and of each file of the weights, by its place in the folder.
    """

    format: Literal[2] = 2
    variant: str
    entry: Variant
    settings: dict[str, Any]
    budget: Budget
    sources: dict[str, Single] = {}
    question: Question
    snapshot: Snapshot
    seed: int
    refit: int
    origin: int
    data_hash: str
    revision: str
    versions: dict[str, str]
    files: dict[str, str]

    @property
    def thinned_to(self) -> int | None:
        """At most how many events of a larger log it was trained on, where it reads counts that grow with the users.

        Those are aggregates of candidates; None where it reads none, or was trained on the whole log.
        """
        families = {self.entry.family, *(source.family for source in self.sources.values())}
        has_counts = self.question.kind == "what" and families & {"aggregates", "hybrid"}
        return self.snapshot.most_events if has_counts else None


class ExportedSources(Sources):
    """Builds what a composed variant is made of from the entries that were exported with it."""

    def __init__(self, entries: dict[str, Single], budget: Budget, device: Device) -> None:
        self.entries, self.budget, self.device = entries, budget, device

    def build(self, source: Source) -> Recommender:
        """See `Sources`."""
        return build_model(self.entries[source.variant], source.settings, self.budget, device=self.device)


@dataclass(frozen=True)
class Bundle:
    """A loaded folder."""

    exported: Exported
    vocabulary: Vocabulary
    model: Recommender


def read_bundle(folder: Path) -> Bundle:
    """What `export` wrote, its networks on the device that there is.

    Raises:
        UserError: there is no exported variant, its files are not those that this version writes, or not of one export.
        OSError: the machine does not let them be read.
        MemoryError, RuntimeError: it has not enough memory.
    """
    if not (folder / MODEL).is_file():
        raise UserError(f"{folder}: there is no exported variant in it ({MODEL} is missing); see `export --help`")
    with loading(folder, _NOT_OURS):
        exported = Exported.model_validate_json((folder / MODEL).read_text(encoding="utf-8"))
        _refuse_mixed(folder, exported.files)
        vocabulary = Vocabulary.model_validate_json((folder / VOCABULARY).read_text(encoding="utf-8"))
        model = load_model(folder, exported, "auto")
    return Bundle(exported, vocabulary, model)


@contextmanager
def loading(folder: Path, told: str) -> Iterator[None]:
    """Makes one line of whatever files raise that are cut short, or not those that this version writes.

    What the machine refuses, memory or rights, passes as it is.

    Args:
        told: what they are, and what to do.

    Raises:
        UserError: they are so.
    """
    try:
        with naming(folder):
            yield
    except ValidationError as error:
        raise UserError(f"{folder}: {told} ({describe(error, Exported)})") from None
    except (
        AttributeError, FileNotFoundError, ImportError, LookupError, RuntimeError, TypeError, ValueError,
        PolarsError, SafetensorError,
    ) as error:  # fmt: skip
        if reason_of(error) is not None:
            raise
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"{folder}: {told} ({first_line})") from None


def load_model(folder: Path, exported: Exported, device: Device) -> Recommender:
    """The exported model with its weights; what goes wrong there is told as it is."""
    sources = ExportedSources(exported.sources, exported.budget, device)
    return build_model(exported.entry, exported.settings, exported.budget, sources, device).load(folder / WEIGHTS)


def digests(folder: Path) -> dict[str, str]:
    """What `Exported.files` says of a folder that has nothing else yet."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in files}


def _refuse_mixed(folder: Path, files: dict[str, str]) -> None:
    """Weights of one export and the codes of another, as in a folder that is half copied, rank by chance."""
    for name, expected in files.items():
        path = folder / name
        fault = None if path.is_file() else "no such file"
        if fault or file_hash(path) != expected:
            told = fault or f"it is not the file that was exported with {MODEL}"
            raise UserError(f"{path}: {told}; copy the whole folder again, or export it again")


def is_exported(folder: Path) -> bool:
    """Whether `export` wrote all of it, in this format or an earlier one: such a folder may be replaced."""
    try:
        told = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        names = {path.name for path in folder.iterdir()}
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.keys() >= _OF_EVERY_FORMAT and names <= {MODEL, VOCABULARY, WEIGHTS, CARD}


def snapshot_of(folder: Path) -> str:
    """The name of the snapshot that an exported variant was trained on; empty where its folder does not tell."""
    told = json.loads((folder / MODEL).read_text(encoding="utf-8")).get("snapshot")
    return str(told.get("name", "")) if isinstance(told, dict) else ""


def only_export() -> Path:
    """The only folder of exported variants.

    Raises:
        UserError: there is none, or there are several.
    """
    # What an export that was killed, or is at it, has begun is hidden.
    found = sorted(path.parent for path in EXPORTS.glob(f"[!.]*/{MODEL}"))
    if len(found) != 1:
        names = [snapshot_of(folder) if is_exported(folder) else "" for folder in found]
        each = [f"{folder} ({name})" if name else str(folder) for folder, name in zip(found, names, strict=True)]
        known = f"known: {', '.join(each)}" if found else f"there is none in {EXPORTS}: see `export --help`"
        raise UserError(f"rank needs --model FOLDER; {known}")
    return found[0]
