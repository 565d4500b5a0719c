"""What a member can see and take away of their record."""
