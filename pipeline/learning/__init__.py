"""What recipes and the loop call to learn: objective, parameter groups, average, devices."""
