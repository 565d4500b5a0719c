"""What stands around the pocket server in tests: Discord's own specification, and every fault of a network."""
