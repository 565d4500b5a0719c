"""The soak: a community of simulated members, random faults, and the account of it at the end."""
