"""The quiz: guessing what the network sees."""
