"""Hidden states to logits. A module has `build(width, classes)`; losses ask for all classes or for some."""
