"""Schedules of learning rates and of weights of losses, one file each: functions of progress in [0, 1)."""
