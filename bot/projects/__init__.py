"""Projects: what a member is making, what they say of it and bring to it, and what its record holds."""
