"""Faults of the database in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gis_service.errors import StorageError

FAULTS: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("database is locked", "lock timeout", "deadlock detected", "database table is locked"),
        "locked",
        "数据库正被另一写入占用。请稍候再试。",
        "Another write holds the database. Try again in a moment.",
    ),
    (
        ("disk is full", "no space left", "disk full", "could not extend file"),
        "full",
        "磁盘已满，未写入任何内容。请腾出空间后再试。",
        "The disk is full; nothing was written. Free some space and try again.",
    ),
    (
        ("permission denied to create extension", 'extension "postgis" is not available'),
        "extension",
        "数据库缺少 PostGIS。请由数据库管理员执行：CREATE EXTENSION postgis。",
        "The database lacks PostGIS. Have its administrator run: CREATE EXTENSION postgis.",
    ),
    (
        ("readonly database", "read-only transaction", "permission denied"),
        "read-only",
        "数据库为只读。请检查数据目录的权限。",
        "The database is read-only. Check the permissions of the data folder.",
    ),
    (
        ("unable to open database file",),
        "missing",
        "无法打开数据库文件。请检查数据目录是否存在、可写。",
        "The database file can't be opened. Check that the data folder exists and can be written.",
    ),
    (
        ("file is not a database", "database disk image is malformed"),
        "damaged",
        "数据库文件已损坏或不是数据库。请从备份恢复，或换一个数据目录。",
        "The database file is damaged or is no database. Restore a backup or use another folder.",
    ),
    (
        (
            "connection refused",
            "could not connect",
            "connection failed",
            "server closed the connection",
            "terminating connection",
            "the connection is closed",
            "could not translate host name",
            "failed to resolve host",
            "fatal:",
        ),
        "unreachable",
        "无法使用数据库服务器。请检查 GIS_SERVICE_DATABASE_URL 以及服务器是否在运行。",
        "The database server can't be used. Check GIS_SERVICE_DATABASE_URL and whether it runs.",
    ),
)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a database fault into a `StorageError`; leave every other error as it is."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageError(
            "数据库连接已全部占用。请稍候再试。",
            "All connections to the database are in use. Try again in a moment.",
            reason="busy",
        ) from error
    except DBAPIError as error:
        text = str(error.orig).lower()
        for signs, reason, zh, en in FAULTS:
            if any(sign in text for sign in signs):
                raise StorageError(zh, en, reason=reason) from error
        raise _unknown(error) from error
    except SQLAlchemyError as error:
        raise _unknown(error) from error


def _unknown(error: SQLAlchemyError) -> StorageError:
    kind = type(error).__name__
    return StorageError(
        f"数据库操作失败（{kind}），未写入任何内容。请查看日志，或联系管理员。",
        f"The database failed ({kind}); nothing was written. See the log or ask the administrator.",
        reason="failed",
    )
