"""The versions of what results are computed with."""

import importlib.metadata
import platform

PACKAGES = ("numpy", "polars", "scipy", "scikit-learn", "lightgbm", "torch", "optuna", "joblib", "dvc")


def released(package: str) -> str:
    """The version of a package without its local part: `2.13.0+cpu` is a build of `2.13.0`."""
    return importlib.metadata.version(package).split("+", maxsplit=1)[0]


def versions() -> list[str]:
    """The versions of Python and of the packages that results depend on, a text each."""
    return [f"python {platform.python_version()}", *(f"{name} {released(name)}" for name in PACKAGES)]
