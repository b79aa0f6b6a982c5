"""`/lesson` and `/term`: the course and its glossary."""
