"""`/settings`: what a server has chosen, and what happens when it removes the bot."""
