"""RecTools' SASRec with the softmax loss; its feed-forward layer is as wide as the model."""

import numpy as np
import pandas as pd
import torch
from attention import set_dropout
from exchange import Ints, Side
from numpy.typing import NDArray
from pytorch_lightning import Callback, LightningModule, Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel


class Rounds(Callback):
    """Answers after every epoch."""

    def __init__(self, side: Side) -> None:
        self.side = side

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:  # noqa: ARG002
        """The network is built."""
        set_dropout(module.torch_model, self.side)

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:  # noqa: ARG002
        """The clock starts."""
        self.side.tell_size(module.torch_model.parameters())
        self.side.start()

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """The clock stops."""
        trainer.should_stop = not self.side.answer(
            self.side.positions, self.side.positions, lambda: scores(module, self.side)
        )
        module.train()


def scores(module: LightningModule, side: Side) -> NDArray[np.float32]:
    """Of all queries, as `recommend` computes them, seen candidates too; float32 [queries, candidates]."""
    network, known = module.torch_model.eval(), module.data_preparator.item_id_map
    ids: Ints = np.append(known.convert_to_internal(np.arange(side.candidates)), 0)
    found = []
    with torch.no_grad():
        items = network.item_model.get_all_embeddings()
        for block in side.queries.blocks(side.settings["context"]):
            hidden = network.encode_sessions({"x": torch.from_numpy(ids[block])}, items)[:, -1]
            found.append((hidden @ items[ids[:-1]].T).numpy())
    return np.concatenate(found)


def dataset(side: Side) -> Dataset:
    """The sequences as interactions; the order of the lines stands for their time."""
    lines = side.sequences
    order = pd.to_datetime(np.arange(len(lines.codes)), unit="s")
    columns = {Columns.User: lines.rows, Columns.Item: lines.codes, Columns.Weight: 1.0, Columns.Datetime: order}
    return Dataset.construct(pd.DataFrame(columns))


def main() -> None:
    """Trains until told to stop."""
    side = Side()
    told = side.settings
    torch.set_num_threads(told["threads"])
    seed_everything(told["seed"])
    model = SASRecModel(
        n_blocks=told["blocks"],
        n_heads=told["heads"],
        n_factors=told["width"],
        dropout_rate=told["dropout"],
        session_max_len=told["context"],
        batch_size=told["batch"],
        lr=told["learning_rate"],
        loss="softmax",
        get_trainer_func=lambda: Trainer(
            max_epochs=told["rounds"],
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=[Rounds(side)],
        ),
    )
    model.fit(dataset(side))


if __name__ == "__main__":
    main()
