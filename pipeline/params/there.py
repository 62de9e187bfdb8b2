"""Which fields are there for whom: what networks may read, what they make, what losses and metrics compare."""

from pipeline.fields import RESTORED

PLACES = {"scale", "coord", "cell"}
"""What says where and how far a network enlarges, whatever the image."""
LUMA = {
    *("lr_y", "hr_y", "hr_half_y", "hr_quarter_y", "ilr_y", "sr_y", "sr_y_each", "sr_half_y", "sr_quarter_y"),
    *("sr_y8", "hr_y8", *PLACES),
}
CYCLE = {"lr_made", "lr_cycle", "hr_cycle", "kernel"}
SUPERVISED = {"sr_y_each", "sr_half_y", "sr_quarter_y"}
"""What some networks make on the way to their image: losses judge it, no critic does."""
MADE = RESTORED - SUPERVISED
"""What every recipe's networks make, beside the fields of a cycle."""
CRITIC = {"image"}
"""What a critic reads."""
SCORED = {"sr", "hr", "sr_y8", "hr_y8", "sr_yf", "hr_yf", "scale"}
"""What metrics read."""
GIVEN = {"lr", "ref", "lr_y", "ilr", "ilr_y", *PLACES}
"""What a network that restores may read."""
UNALIGNED = {"ref"}
"""What is the same for every patch of an image."""
TRUE = {"hr", "hr_y", "hr_at"}
"""What a restored image is compared with."""
SMALLER = ("half", "quarter")
"""What stands in the name of a field that is a smaller level of a pyramid."""
POINTS = "hr_at"
"""What a network that restores points is compared with."""
LEARNT = (GIVEN - PLACES) | MADE | TRUE
"""What losses and rivals read, beside the fields of a cycle."""
