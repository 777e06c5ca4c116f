"""`params.yaml` as frozen types; `load()` validates it whole."""

from study.params.load import Params, load

__all__ = ["Params", "load"]
