"""Identifiers: random, so that none can be guessed or tells how many there are."""

import secrets


def new_id() -> str:
    """Return a row id: 80 random bits as 20 hex characters (fits a Discord nonce and a custom_id)."""
    return secrets.token_hex(10)


def new_project_id() -> str:
    """Return a project id as leaves carry it: `p_` and 32 hex characters."""
    return f"p_{secrets.token_hex(16)}"


def new_actor_id() -> str:
    """Return a pseudonym for one member in one project: `u_` and 32 hex characters.

    Random per project, so that two exports of different projects cannot be joined.
    """
    return f"u_{secrets.token_hex(16)}"
