"""Schema migrations: numbered, forward only; none may change a byte that was hashed."""
