"""How the command line is read."""

import argparse
from typing import Never

from study.errors import UserError


class Parser(argparse.ArgumentParser):
    """A parser to which a mistake is a `UserError`, in one line and without the usage."""

    def error(self, message: str) -> Never:
        """See `argparse.ArgumentParser`."""
        raise UserError(message)
