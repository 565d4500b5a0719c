"""Conversations: what is said to the bot, and what it answers or offers."""
