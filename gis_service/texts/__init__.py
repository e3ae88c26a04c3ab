"""The words of the interface: English in the code, Chinese in ``zh_CN.po``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")

NAMES = {"zh": "中文", "en": "English"}
"""What each language calls itself, for the switch."""

Translate = Callable[[str], str]


def translator(lang: str) -> Translate:
    """Give the function that turns an English text of the interface into ``lang``.

    An English text without a Chinese one in the catalogue stays English; a test finds those.

    Examples
    --------
    >>> translator("zh")("Communities"), translator("en")("Communities")
    ('社区', 'Communities')
    """
    if lang == "en":
        return str
    catalogue = _chinese()
    return lambda text: catalogue.get(text, text)


@cache
def _chinese() -> dict[str, str]:
    with (files(__package__) / "zh_CN.po").open("rb") as file:
        return {
            str(m.id): str(m.string) for m in read_po(file, locale="zh_CN") if m.id and m.string
        }
