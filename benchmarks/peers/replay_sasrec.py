"""RePlay's SASRec with the cross-entropy over all items, read from Parquet as its documentation does."""

import lightning
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from attention import set_dropout
from exchange import Side
from numpy.typing import NDArray
from replay.data import FeatureHint, FeatureSource, FeatureType
from replay.data.nn import ParquetModule, TensorFeatureInfo, TensorFeatureSource, TensorSchema
from replay.nn.lightning import LightningModule
from replay.nn.lightning.optimizer import OptimizerFactory
from replay.nn.sequential import SasRec
from replay.nn.transform.template import make_default_sasrec_transforms

ITEM = "item_id"


class Rounds(lightning.Callback):
    """Answers after every epoch."""

    def __init__(self, side: Side) -> None:
        self.side = side

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: LightningModule) -> None:  # noqa: ARG002
        """The clock starts."""
        self.side.tell_size(module.model.parameters())
        self.side.start()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: LightningModule) -> None:
        """The clock stops."""
        trainer.should_stop = not self.side.answer(
            self.side.positions, self.side.positions, lambda: scores(module.model, self.side)
        )
        module.train()


def scores(network: SasRec, side: Side) -> NDArray[np.float32]:
    """Of all queries, float32 [queries, candidates]."""
    network.eval()
    ids = np.append(np.arange(side.candidates), side.candidates)
    found = []
    with torch.no_grad():
        for block in side.queries.blocks(side.settings["context"]):
            codes = torch.from_numpy(ids[block])
            found.append(network({ITEM: codes}, codes != side.candidates)["logits"].numpy())
    return np.concatenate(found)


def schema(side: Side) -> TensorSchema:
    """One feature: the item."""
    return TensorSchema(
        TensorFeatureInfo(
            ITEM,
            is_seq=True,
            feature_type=FeatureType.CATEGORICAL,
            embedding_dim=side.settings["width"],
            padding_value=side.candidates,
            cardinality=side.candidates,
            feature_hint=FeatureHint.ITEM_ID,
            feature_sources=[TensorFeatureSource(FeatureSource.INTERACTIONS, ITEM)],
        )
    )


def main() -> None:
    """Trains until told to stop."""
    side = Side()
    told, described = side.settings, schema(side)
    torch.set_num_threads(told["threads"])
    lightning.seed_everything(told["seed"])
    path = side.out / "sequences.parquet"
    pq.write_table(pa.table({ITEM: pa.array(side.sequences.each(), pa.list_(pa.int64()))}), path)
    network = SasRec.from_params(
        schema=described,
        embedding_dim=told["width"],
        num_heads=told["heads"],
        num_blocks=told["blocks"],
        max_sequence_length=told["context"],
        dropout=told["dropout"],
        hidden_dim=told["feed_forward"],
    )
    set_dropout(network, side)
    batches = ParquetModule(
        batch_size=told["batch"],
        metadata={"train": {ITEM: {"shape": told["context"] + 1, "padding": side.candidates}}},
        transforms={"train": make_default_sasrec_transforms(described)["train"]},
        train_path=str(path),
    )
    trainer = lightning.Trainer(
        max_epochs=told["rounds"],
        limit_val_batches=0,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[Rounds(side)],
    )
    trainer.fit(LightningModule(network, OptimizerFactory(learning_rate=told["learning_rate"])), batches)


if __name__ == "__main__":
    main()
