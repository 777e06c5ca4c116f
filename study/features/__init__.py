"""Vocabularies, aggregates, sequences and tokens."""
