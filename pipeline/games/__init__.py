"""Games, one file each: what a critic and a player play."""
