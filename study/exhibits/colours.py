"""The colours of the book and of its static picture: Okabe and Ito (2008), told apart with every colour blindness."""

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
GREY = "#8A8A8A"
SHADE = "rgba(138, 138, 138, 0.18)"
FAMILIES = {"counting": BLUE, "aggregates": VERMILION, "sequence": GREEN, "hybrid": ORANGE, "average": SKY}
"""In figures families differ in their marker, too; a family that is not here is `PURPLE`."""
