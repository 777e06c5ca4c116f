"""The sides of `benchmarks/peers.py`: the data they share, and one script for each, run by a Python of its own."""
