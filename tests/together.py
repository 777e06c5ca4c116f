"""What `torchrun` starts: fits some variants on a toy log in every process, and saves them by the process's number."""

import json
import sys
from pathlib import Path

from study.models.factory import build_model
from study.training.group import group
from tests.cycle import PARAMS, SMALL, budget_of, cycle, scores_of

COMPARED = {"sum-horizon-bce": 0.0, "bidirectional-masked-event": 0.0, "flat-contrastive-tokens": 0.0}
"""Negatives that are drawn, events that are hidden, and a loss beside the main one."""
CASES = COMPARED | {"sum-horizon-repeat": 0.3}
"""Variants and their dropout."""
ROUNDS = 2


def fitted(variant: str, fold):
    """The model of a case."""
    settings = SMALL | {"dropout": CASES[variant]}
    model = build_model(PARAMS.roster[variant], settings, budget_of(variant, events=600))
    model.fit(fold, rounds=ROUNDS, seed=5, report=lambda *_: None)
    return model


def embeddings(weights):
    """Those of the weights that every batch moves: of what goes in, and of what comes out."""
    return {key: value for key, value in weights.items() if key.endswith("table.weight")}


def main(folder: Path) -> None:
    fold = cycle()
    with group("cpu") as share:
        for variant in CASES:
            model = fitted(variant, fold)
            place = folder / f"{variant}-{share.number}"
            place.mkdir()
            model.save(place)
            told = {"losses": model.losses, "scores": scores_of(model, fold).tolist()}
            (place / "told.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
