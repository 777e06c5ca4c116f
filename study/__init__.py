"""Downfunnel: which representation, objective and loss predicts the key action on your log."""
