"""A pocket Discord server and page: try Colophon and test it with no Discord account."""
