"""`/session`: group study in a thread, led by a host."""
