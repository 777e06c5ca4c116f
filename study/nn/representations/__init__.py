"""Events or tokens to vectors. A module has `LAYOUT` (one position per "event" or per "token") and `build`."""
