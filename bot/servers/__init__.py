"""`/settings`: the settings of a server, and deleting its data after it has removed the bot."""
