"""What the bot does, without a Discord object in sight."""
