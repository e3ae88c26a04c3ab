"""Read a policy file."""

from __future__ import annotations

from pathlib import Path

from gis_service.errors import UnreadableFileError
from gis_service.model.policy import Policy


def read_policy(path: str | Path) -> Policy:
    """Read a policy from a TOML file.

    Raises
    ------
    UnreadableFileError
        When there is no such file, or it is not UTF-8 text.
    PolicyError
        When it says something impossible.
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            f"无法读取策略文件 {path}：{error}。请用 UTF-8 编码的 TOML 文件。",
            f"The policy file {path} can't be read: {error}. Use a TOML file in UTF-8.",
        ) from error
    return Policy.from_toml(text)
