"""Bring a database to this release's form, or say why that can't be done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from gis_service.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
"""The newest migration; a test compares it with the folder."""


def revision_of(connection: Connection) -> str | None:
    """Give the revision that a database has; None when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def migrate(connection: Connection) -> None:
    """Run the migrations that are missing, within the transaction of ``connection``.

    Raises
    ------
    StorageError
        When the database was written by a newer release.
    """
    revision = revision_of(connection)
    if revision == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StorageError(
            f"数据库的结构版本为 {revision}，比本程序（{HEAD}）新。"
            "请升级本程序，或换一个数据目录。",
            f"The database has revision {revision}, newer than this release knows ({HEAD}). "
            "Upgrade the program, or use another data folder.",
            reason="newer",
            revision=revision,
        )
    command.upgrade(config, "head")


def alembic_config(connection: Connection) -> Config:
    """Give Alembic's configuration: the migrations within the package, on a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
