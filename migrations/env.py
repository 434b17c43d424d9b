"""Alembic's entry: runs the revisions on the connection it is handed."""

from alembic import context

from adapters.sql.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    msg = "Use `rhapsode migrate` or `make revision`; Alembic alone has no database."
    raise SystemExit(msg)

# Batches rewrite a table where SQLite cannot alter it.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
