"""What question `who` asks of a sequence model, in the terms of an objective: its one candidate, at the cut-off.

The readout is the last position before the cut-off, and is told how long ago that was and T's calendar; the losses
are those of `user_losses`. Which users are asked together is decided where batches are made.
"""

CLASSES = "candidates"
LAYOUTS = ("event", "token")
ASKS_ABOUT_TIME = True
READ_SHARE = 1.0
