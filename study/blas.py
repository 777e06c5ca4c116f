"""Which kernels multiply matrices for numpy: they are chosen at run time, and others round otherwise."""

import numpy.linalg  # noqa: F401 - loads the library
from threadpoolctl import threadpool_info


def blas() -> str:
    """The library and its kernels, `openblas, SkylakeX`.

    OpenBLAS chooses by the processor, or as `OPENBLAS_CORETYPE` in the environment says.
    """
    found = [info for info in threadpool_info() if info["user_api"] == "blas"]
    told = {", ".join(filter(None, (info["internal_api"], info.get("architecture")))) for info in found}
    return "; ".join(sorted(told)) or "unknown"
