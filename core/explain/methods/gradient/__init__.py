"""Gradients of a score by the input."""
