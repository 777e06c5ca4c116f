"""Who runs the tasks (trials, refits, windows of test, diagnostics, worlds, accounts of tokens).

No result depends on it, and no stage is run again for it.
"""

from typing import Literal

from pydantic import Field, model_validator

from study.params.base import Frozen


class Engine(Frozen):
    """Processes of this machine (`loky`), or of the machines of a Ray cluster (`ray`).

    `gpus` is the share of a GPU that a task asks the cluster for: at 0.25 four tasks share one. Without it
    tasks see none.
    """

    name: Literal["loky", "ray"] = "loky"
    gpus: float = Field(0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _shares_are_for_a_cluster(self) -> "Engine":
        if self.gpus and self.name != "ray":
            raise ValueError(f"gpus is a request to a Ray cluster; with name: {self.name} there is none to ask")
        return self
