"""The order of events: by user, then time, and inside a moment by a seeded hash of the row's content."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.seeds import hash_text, mix64, seed_of


def content_hash(events: pl.DataFrame, seed: int) -> NDArray[np.uint64]:
    """A 64-bit hash of each row's content, the same for any input order; uint64 [rows].

    Columns enter by name, values by their text: the hash depends neither on the order of the columns nor on the
    version of a library.
    """
    total = np.full(events.height, seed_of("row", seed), dtype=np.uint64)
    for name in sorted(events.columns):
        text = events[name].cast(pl.String).fill_null("\x00")
        values = text.unique(maintain_order=True)
        index = pl.DataFrame({"v": values, "h": hash_text([f"{name}={value}" for value in values.to_list()])})
        hashes = pl.DataFrame({"v": text}).join(index, on="v", how="left", maintain_order="left")["h"].to_numpy()
        total = mix64(total ^ hashes.astype(np.uint64))
    return total


def sort_events(events: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The events in the order of the study; rows that agree in every column are interchangeable.

    Only rows that share a user and a time with another are hashed: of most logs of clicks hardly any, of baskets most.
    """
    placed = events.sort("user_id", "timestamp")
    key = pl.struct("user_id", "timestamp")
    goes_on = placed.select((key == key.shift()).fill_null(value=False)).to_series().to_numpy()
    tied = np.flatnonzero(goes_on | np.append(goes_on[1:], False))
    if not len(tied):
        return placed
    moment = np.cumsum(~goes_on)[tied]
    rows = np.arange(placed.height)
    rows[tied] = tied[np.lexsort((content_hash(placed[tied], seed), moment))]
    return placed[rows]
