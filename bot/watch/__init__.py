"""What an operator's Prometheus can read of the bot: counts, times and states, never a member's words or names."""
