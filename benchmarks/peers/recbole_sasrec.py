"""RecBole's SASRec with the cross-entropy loss.

It learns from the last position alone: every prefix of a sequence is a sequence of its own. A pass over all prefixes
takes some sixty times the positions of the other sides, so a round is a part of a pass, with about as many positions
as theirs.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch
from exchange import Side
from numpy.typing import NDArray
from recbole.config import Config
from recbole.data import create_dataset
from recbole.data.dataloader import TrainDataLoader
from recbole.data.dataset import SequentialDataset
from recbole.data.interaction import Interaction
from recbole.model.sequential_recommender import SASRec
from recbole.trainer import Trainer
from recbole.utils import init_seed

NAME, USER, ITEM, TIME = "peers", "user_id", "item_id", "timestamp"


def config(side: Side) -> Config:
    """The settings in RecBole's words; the sequences as its atomic file."""
    told, lines = side.settings, side.sequences
    folder = side.out / NAME
    folder.mkdir(exist_ok=True)
    order = np.arange(len(lines.codes))
    head = f"{USER}:token\t{ITEM}:token\t{TIME}:float"
    table = np.column_stack([lines.rows, lines.codes, order])
    np.savetxt(folder / f"{NAME}.inter", table, fmt="%d", delimiter="\t", header=head, comments="")
    return Config(
        model="SASRec",
        dataset=NAME,
        config_dict={
            "data_path": str(side.out),
            "load_col": {"inter": [USER, ITEM, TIME]},
            "MAX_ITEM_LIST_LENGTH": told["context"],
            "n_layers": told["blocks"],
            "n_heads": told["heads"],
            "hidden_size": told["width"],
            "inner_size": told["feed_forward"],
            "hidden_dropout_prob": told["dropout"],
            "attn_dropout_prob": told["attention_dropout"],
            "loss_type": "CE",
            "train_neg_sample_args": None,
            "train_batch_size": told["batch"],
            "learning_rate": told["learning_rate"],
            "seed": told["seed"],
            "use_gpu": False,
            "show_progress": False,
            "checkpoint_dir": str(side.out / "saved"),
        },
    )


class Counted:
    """The batches of pass after pass, with the positions of those that were read."""

    def __init__(self, loader: TrainDataLoader, lengths: str) -> None:
        self.loader, self.lengths = loader, lengths
        self.events = self.targets = 0

    def __iter__(self) -> Iterator[Interaction]:
        """Without end."""
        while True:
            for batch in self.loader:
                self.events += int(batch[self.lengths].sum())
                self.targets += len(batch)
                yield batch


def scores(network: SASRec, dataset: SequentialDataset, side: Side) -> NDArray[np.float32]:
    """Of all queries, float32 [queries, candidates]."""
    network.eval()
    ids = np.zeros(side.candidates + 1, dtype=np.int64)
    tokens = dataset.field2id_token[ITEM][1:].astype(np.int64)
    ids[tokens] = np.arange(1, len(tokens) + 1)
    found = []
    with torch.no_grad():
        for block in side.queries.blocks(side.settings["context"]):
            lengths = (block >= 0).sum(axis=1)
            shifted = [np.roll(line, length) for line, length in zip(block, lengths, strict=True)]
            asked = {network.ITEM_SEQ: ids[np.array(shifted)], network.ITEM_SEQ_LEN: lengths}
            logits = network.full_sort_predict(Interaction({k: torch.from_numpy(v) for k, v in asked.items()}))
            found.append(logits.numpy()[:, ids[:-1]])
    return np.concatenate(found)


def main() -> None:
    """Trains until told to stop."""
    side = Side()
    told = config(side)
    torch.set_num_threads(side.settings["threads"])
    init_seed(told["seed"], reproducibility=True)
    dataset = create_dataset(told)
    dataset._change_feat_format()  # noqa: SLF001 - what `build` does before it splits, and nothing is split here
    network = SASRec(told, dataset)
    side.tell_size(network.parameters())
    trainer = Trainer(told, network)
    batches = Counted(TrainDataLoader(told, dataset, None, shuffle=True), network.ITEM_SEQ_LEN)
    endless = iter(batches)
    mean = dataset.inter_feat[network.ITEM_SEQ_LEN].double().mean().item()
    size = max(round(side.positions / mean / side.settings["batch"]), 1)
    for number in range(side.settings["rounds"]):
        batches.events = batches.targets = 0
        side.start()
        trainer._train_epoch(islice(endless, size), number)  # noqa: SLF001 - `fit` trains whole passes
        if not side.answer(batches.events, batches.targets, lambda: scores(network, dataset, side)):
            break


if __name__ == "__main__":
    main()
