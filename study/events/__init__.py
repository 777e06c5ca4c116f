"""Reading and checking a snapshot; spans, windows and queries."""
