"""A bare stack of the shape of all sides, of torch's own layers: how fast such a network is trained with nothing added.

Whole rows of items and no padding, about as many positions a round as the sequences have; nothing is scored. What it is
made of is in benchmarks/bare.py.
"""

import bare
import torch
from exchange import Side


def main() -> None:
    """Trains until told to stop."""
    side = Side()
    told = side.settings
    torch.set_num_threads(told["threads"])
    shape = {name: told[name] for name in ("width", "heads", "context")}
    shape |= {"expansion": told["feed_forward"] // told["width"], "batch": told["batch"] * told["context"]}
    step, positions = bare.training(side.candidates, told["blocks"], "fp32", device="cpu", **shape)
    steps, goes_on = -(-side.positions // positions), True
    while goes_on:
        side.start()
        for _ in range(steps):
            step()
        goes_on = side.answer(steps * positions, steps * (positions - told["batch"]))


if __name__ == "__main__":
    main()
