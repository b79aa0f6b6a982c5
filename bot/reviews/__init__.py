"""`/review`: spaced repetition of what a person answered wrong."""
