"""The parts that sequence variants are composed of: one file each, plain arguments, loaded by name."""
