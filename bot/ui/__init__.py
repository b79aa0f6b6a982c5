"""What all messages and controls share."""
