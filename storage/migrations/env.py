"""Alembic's entry: run the migrations on the one connection, in one transaction each."""

from alembic import context
from sqlalchemy.engine import Connection

from storage.tables import metadata


def run() -> None:
    """Apply the migrations over the connection that the configuration was given."""
    connection = context.config.attributes["connection"]
    assert isinstance(connection, Connection)
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


run()
