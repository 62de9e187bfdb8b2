"""The one place that runs a network on an image."""
