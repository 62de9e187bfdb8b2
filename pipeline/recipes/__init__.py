"""Recipes, one file each: ways of learning."""
