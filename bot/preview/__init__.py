"""The whole bot in a browser page, on a simulated Discord server: no token, no account."""
