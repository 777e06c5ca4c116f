"""The parts of a folder of `study/nn`, found as the roster finds them: by the names of their files."""

import importlib
import pkgutil


def parts(folder):
    package = importlib.import_module(f"study.nn.{folder}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "build")}
