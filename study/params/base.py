"""What every parameter type shares: frozen, and a key that it does not know is an error."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A parameter type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)
