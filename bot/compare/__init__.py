"""Explanations of one digit side by side: `/methods` and `/compare`."""
