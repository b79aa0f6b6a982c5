"""The network and its explanations."""
