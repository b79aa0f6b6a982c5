"""What the bot's messages look like: values in, layouts out."""
