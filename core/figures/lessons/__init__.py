"""The live pictures of the lessons: one digit's real numbers, and no sentences."""
