"""The Recommender contract and the models that keep it."""
