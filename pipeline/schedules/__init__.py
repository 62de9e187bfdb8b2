"""Schedules of the learning rate, one file each: functions of progress in [0, 1)."""
