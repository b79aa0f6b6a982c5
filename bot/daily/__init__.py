"""The digit of the day."""
