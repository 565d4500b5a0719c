"""Every command, by everyone, in both languages, while the network and Discord do what they do on a bad day."""
