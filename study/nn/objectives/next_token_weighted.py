"""Next token with down-funnel weights: the tokens of key actions weigh more in the loss; how much more is tuned."""

from study.nn.objectives.next_token import ASKS_ABOUT_TIME, CLASSES, LAYOUTS, READ_SHARE, readouts

WEIGHS_KEY = True

__all__ = ["ASKS_ABOUT_TIME", "CLASSES", "LAYOUTS", "READ_SHARE", "WEIGHS_KEY", "readouts"]
