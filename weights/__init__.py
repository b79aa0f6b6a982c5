"""Trained networks, each with its history and its model card."""
