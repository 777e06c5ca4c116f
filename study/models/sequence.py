"""Neural variants: composes the parts of `study/nn` that the roster entry names, and trains them with the one loop."""

import importlib
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Log, Queries
from study.events.stream import Cutoffs, Stream
from study.features.sequences import event_stream, token_starts, token_stream
from study.models.base import Report, Scores
from study.models.prompt import CandidateTokens, score_tokens
from study.nn.network import Network
from study.nn.time import time_features
from study.params.base import Frozen
from study.params.roster import SequenceEntry
from study.params.tuned import Range
from study.seeds import seed_of
from study.training.batches import Batcher, days_since_first, padded
from study.training.loop import Optimisation, Trainer

INFERENCE_POSITIONS = 32_768


class Settings(Frozen):
    """The nuisance settings of every sequence variant, tuned alike, and the size, which is fixed."""

    learning_rate: Annotated[float, Range(3e-4, 6e-3, log=True)] = 2e-3
    weight_decay: Annotated[float, Range(1e-3, 0.3, log=True)] = 0.03
    dropout: Annotated[float, Range(0.0, 0.4)] = 0.1
    width: int = 64
    recency_days: Annotated[float, Range(20.0, 400.0, log=True)] = 60.0
    blocks: int = 1
    heads: int = 2
    batch: int = 2048
    warmup_steps: int = 50


class Shape(Frozen):
    """What the weights were made for: the sizes of the columns and the number of known candidates."""

    sizes: list[int]
    event_types: int
    candidates: int
    tokens: CandidateTokens | None


class SequenceModel:
    """A `Recommender` over positions of events or tokens."""

    def __init__(self, entry: SequenceEntry, settings: Settings, positions: int) -> None:
        self.entry, self.settings = entry, settings
        self.how = Optimisation(
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            warmup_steps=settings.warmup_steps,
            context=entry.context,
            recency_days=settings.recency_days,
            batch=settings.batch,
            positions=positions,
        )
        self.parts = {
            kind: importlib.import_module(module)
            for kind, module in zip(
                ("representation", "architecture", "objective", "loss", "head"), entry.modules()[1:], strict=True
            )
        }
        self.shape: Shape | None = None
        self.trainer: Trainer | None = None

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`."""
        stream = self._stream(fold.log)
        if self.trainer is None:
            self.shape = _shape(fold.log, with_tokens=self._asks_tokens)
            self.trainer = self._trainer(self.shape, seed)
        asked = self.parts["objective"].readouts(stream, _cutoffs(fold))
        self.trainer.run(Batcher(stream, asked), rounds, seed, lambda done: report(self, done))

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`; candidates outside the fit span are unknown."""
        assert self.shape is not None and self.trainer is not None
        stream = self._stream(queries.log, self.entry.context)  # an event has at least one position
        result = np.full((len(queries.users), len(candidates)), np.nan, dtype=np.float32)
        is_known = candidates < self.shape.candidates
        step = max(INFERENCE_POSITIONS // self.entry.context, 1)
        for begin in range(0, len(queries.users), step):
            users = queries.users[begin : begin + step]
            result[begin : begin + step, is_known] = self._block(stream, queries, users)[:, candidates[is_known]]
        return result

    def parameters(self) -> int:
        """See `Recommender`."""
        assert self.trainer is not None
        return sum(parameter.numel() for parameter in self.trainer.network.parameters())

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        assert self.shape is not None and self.trainer is not None
        (folder / "shape.json").write_text(self.shape.model_dump_json(), encoding="utf-8")
        self.trainer.save(folder)

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.shape = Shape.model_validate_json((folder / "shape.json").read_text(encoding="utf-8"))
        self.trainer = self._trainer(self.shape, seed=0)
        self.trainer.load(folder)
        return self

    @property
    def losses(self) -> list[float]:
        """Mean training loss of each round."""
        return self.trainer.progress.losses if self.trainer else []

    @property
    def _asks_tokens(self) -> bool:
        return bool(self.parts["objective"].CLASSES == "tokens")

    def _stream(self, log: Log, last: int | None = None) -> Stream:
        lay_out = token_stream if self.parts["representation"].LAYOUT == "token" else event_stream
        return lay_out(log, last)

    def _trainer(self, shape: Shape, seed: int) -> Trainer:
        torch.manual_seed(seed_of(seed, "weights"))
        width, s = self.settings.width, self.settings
        network = Network(
            self.parts["representation"].build(shape.sizes, width),
            self.parts["architecture"].build(width, s.blocks, s.heads, s.dropout),
            self.parts["head"].build(width, sum(shape.sizes) if self._asks_tokens else shape.candidates),
            width,
            shape.event_types if self.parts["objective"].ASKS_ABOUT_TIME else None,
        )
        return Trainer(network, self.parts["loss"].build(**self.entry.loss_options), self.how)

    def _block(self, stream: Stream, queries: Queries, users: Ints) -> NDArray[np.float32]:
        assert self.shape is not None and self.trainer is not None
        stops = stream.offsets[users + 1]
        room = self.entry.context - (self.shape.tokens.room if self.shape.tokens else 0)
        starts = np.maximum(stream.offsets[users], stops - room)
        index = padded(starts, stops)
        last = stops - starts - 1
        query = time_features(queries.cutoff - stream.time[stops - 1], np.full(len(users), queries.local))
        history = {
            "inputs": torch.from_numpy(stream.inputs[index].astype(np.int64)),
            "features": torch.from_numpy(time_features(stream.gap[index].ravel(), stream.local[index].ravel())),
            "days": torch.from_numpy(days_since_first(stream.time[index])),
        }
        history["features"] = history["features"].view(*index.shape, -1)
        network = self.trainer.averaged
        with torch.inference_mode():
            if self.shape.tokens:
                since = (queries.cutoff - stream.time[starts]) / 86_400e6
                return score_tokens(network, self.shape.tokens, history, last, query, since)
            return _candidate_logits(network, history, last, query, queries.log.prompt["event_type"])


def _candidate_logits(
    network: Network, history: dict[str, Any], last: Ints, query: NDArray[np.float32], event_type: int
) -> NDArray[np.float32]:
    rows = np.arange(len(last))
    hidden = network(
        **history,
        at=torch.from_numpy(rows * history["days"].shape[1] + last),
        query=torch.from_numpy(query),
        event_type=torch.full((len(last),), event_type),
    )
    logits: NDArray[np.float32] = network.head(hidden).numpy()
    return logits


def _cutoffs(fold: Fold) -> Cutoffs:
    windows = fold.windows()
    return Cutoffs(
        start=np.array([w.cutoff for w in windows], dtype=np.int64),
        local=np.array([w.local for w in windows], dtype=np.int64),
        stop=np.array([w.end for w in windows], dtype=np.int64),
        horizon=fold.horizon,
        end=fold.end,
        key_type=fold.log.prompt["event_type"],
    )


def _shape(log: Log, *, with_tokens: bool) -> Shape:
    return Shape(
        sizes=list(log.sizes.values()),
        event_types=log.sizes["event_type"],
        candidates=log.known,
        tokens=CandidateTokens.of(log, token_starts(log)) if with_tokens else None,
    )


def build(entry: SequenceEntry, settings: Settings, positions: int) -> SequenceModel:
    """The variant of a roster entry; a round has `positions` positions."""
    return SequenceModel(entry, settings, positions)
