"""What a member can know and decide about their record."""
