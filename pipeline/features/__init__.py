"""Feature networks that losses compare images by: learnt elsewhere, frozen here."""
