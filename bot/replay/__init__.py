"""Drawing a recorded candidate again, and saying how near it comes."""
