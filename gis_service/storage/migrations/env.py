"""Alembic's entry: migrations run on the connection, and in the transaction, that we give."""

from __future__ import annotations

from alembic import context

from gis_service.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
