"""One file per kind of question: `what.py` ranks candidates, `who.py` ranks users. Each is loaded by name."""
