"""Discord's limits on what a bot sends: a body over one is refused as Discord would (error 50035)."""
