"""How fast this project is, beside what its users run today: ``make bench``."""
