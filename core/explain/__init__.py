"""Explanation methods, and the compiled explainer that runs them."""
