"""Alembic's entry: run the migrations on the one connection, in one transaction each."""

from alembic import context
from sqlalchemy import create_engine, pool

from storage.tables import metadata


def run() -> None:
    """Apply the migrations to the configured file."""
    url = context.config.get_main_option("sqlalchemy.url")
    assert url is not None
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
