"""What a side of the comparison reads and how it answers; numpy alone, so that it runs in every environment.

A side is started with its settings as JSON. After every round it writes its scores of all queries to a file and a line
of JSON to its output, and waits for `go` or `stop`: while its answer is judged, nobody computes. The clock runs while
it trains.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
PADDING = -1
"""Stands before a short history; as an index it reads the last entry, which is each side's own padding."""
BLOCK = 256
"""Queries that are scored at a time."""


class Sequences:
    """B sequences of candidates in the order of time: those of row b are codes[offsets[b]:offsets[b + 1]].

    Attributes:
        codes: int64 [N], from 0.
        time, local: microseconds since 1970, UTC and on the local clock, int64 [N].
        offsets: int64 [B + 1].
        window: of each row, for queries, int64 [B].
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.codes, self.time, self.local = arrays["codes"], arrays["time"], arrays["local"]
            self.offsets, self.window = arrays["offsets"], arrays["window"]

    @property
    def lengths(self) -> Ints:
        """Int64 [B]."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> Ints:
        """The row of each code, int64 [N]."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def each(self) -> list[Ints]:
        """The codes of each row."""
        return np.split(self.codes, self.offsets[1:-1])

    def blocks(self, length: int) -> Iterator[Ints]:
        """The last `length` codes of each row with `PADDING` before them, int64 [at most BLOCK, length]."""
        rows = self.each()
        for begin in range(0, len(rows), BLOCK):
            block = np.full((len(rows[begin : begin + BLOCK]), length), PADDING)
            for line, codes in zip(block, rows[begin : begin + BLOCK], strict=True):
                line[length - len(codes[-length:]) :] = codes[-length:]
            yield block


class Side:
    """One run of one side.

    Attributes:
        settings: `width`, `blocks`, `heads`, `feed_forward`, `dropout`, `attention_dropout`, `learning_rate`, `batch`
            (sequences), `context` (positions), `threads`, `rounds` at most, `seed`, and whether rounds are `scored`.
        sequences: to train on; of n codes a side sees the first n - 1 and is asked for the last n - 1.
        queries: histories to score.
        candidates: how many codes there are.
        parameters: of the network; each side tells it.
    """

    def __init__(self) -> None:
        self.channel = os.dup(1)
        os.dup2(2, 1)  # what the libraries print goes elsewhere
        self.settings: dict[str, Any] = json.loads(sys.argv[1])
        self.data, self.out = Path(self.settings["data"]), Path(self.settings["out"])
        self.sequences = Sequences(self.data / "sequences.npz")
        self.queries = Sequences(self.data / "queries.npz")
        self.facts: dict[str, Any] = json.loads((self.data / "facts.json").read_text(encoding="utf-8"))
        self.candidates: int = self.facts["candidates"]
        self.parameters = 0
        self.done, self.seconds, self.processor, self.setup = 0, 0.0, 0.0, 0.0
        self.began, self.used, self.handed = 0.0, 0.0, time.perf_counter()

    @property
    def positions(self) -> int:
        """Positions of one pass over the sequences, each with a target."""
        return int((self.sequences.lengths - 1).sum())

    def tell_size(self, parameters: Iterable[Any]) -> None:
        """How many numbers the network has, from its tensors."""
        self.parameters = sum(tensor.numel() for tensor in parameters)

    def start(self) -> None:
        """The round begins; what the library did with the data before the first is told apart."""
        if not self.done and not self.began:
            self.setup = time.perf_counter() - self.handed
        self.began, self.used = time.perf_counter(), time.process_time()

    def answer(self, events: int, targets: int, score: Callable[[], NDArray[np.float32]] | None = None) -> bool:
        """The round is over: what was read and asked in it, and scores of all queries; whether to go on.

        Args:
            events: positions that the network computed, padding not counted.
            targets: positions that were asked for a candidate.
            score: gives float32 [queries, candidates]; None from a side that is asked for its rate alone.
        """
        self.seconds += time.perf_counter() - self.began
        self.processor += time.process_time() - self.used
        self.done += 1
        if self.settings["scored"] and score is not None:
            np.save(self.out / "scores.npy", score())
        told = {name: getattr(self, name) for name in ("done", "seconds", "processor", "setup", "parameters")}
        told |= {"events": events, "targets": targets, "peak_mb": _peak_mb()}
        os.write(self.channel, (json.dumps(told) + "\n").encode())
        return sys.stdin.readline().strip() == "go"


def _peak_mb() -> float:
    """The most memory that this process has held; unlike `getrusage` the kernel leaves out what its parent held."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(lines["VmHWM"].split()[0]) / 1024
