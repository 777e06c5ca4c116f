"""Spaces, and the search that Optuna drives."""
