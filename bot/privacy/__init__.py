"""`/privacy`: what is stored about a person, to export or delete."""
