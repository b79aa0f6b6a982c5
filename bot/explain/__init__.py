"""Explaining digits: `/explain`, uploaded pictures, and the controls below an explanation."""
