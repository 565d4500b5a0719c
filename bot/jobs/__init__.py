"""The dispatcher that leases jobs from the durable queue and sees each to its end."""
