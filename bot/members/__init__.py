"""Who a member is to Colophon: consent and settings."""
