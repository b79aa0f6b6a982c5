"""Pictures of the lessons: PNGs 768 pixels wide with the numbers of one digit, and no sentences."""
