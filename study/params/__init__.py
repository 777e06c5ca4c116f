"""`params.yaml` as frozen types; `load()` validates it whole."""

from study.params.load import Params, load
from study.params.roster import Variant

__all__ = ["Params", "Variant", "load"]
