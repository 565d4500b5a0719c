"""What moderators of a server can do, always with a reason that is recorded."""
