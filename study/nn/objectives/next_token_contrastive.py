"""Next token with a contrastive head: two parts of one user's history are to be recognised as such.

The loss of the next token plus a term after CoLES (Babaev et al., SIGMOD 2022): two slices of a user's history, cut at
random, are embedded by their last hidden state, and InfoNCE (van den Oord et al., 2018), where CoLES has a loss with a
margin, tells the other slice of the same user among those of the other users that a step draws. The slices are of one
length and disjoint, so that users with less than two take no part. How much the term weighs is tuned.
"""

from study.nn.objectives.next_token import ASKS_ABOUT_TIME, CLASSES, LAYOUTS, READ_SHARE, readouts

CONTRASTS_PARTS = True

__all__ = ["ASKS_ABOUT_TIME", "CLASSES", "CONTRASTS_PARTS", "LAYOUTS", "READ_SHARE", "readouts"]
