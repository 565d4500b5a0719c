"""What a member can see and take away of their record, and what somebody brings to be checked."""
