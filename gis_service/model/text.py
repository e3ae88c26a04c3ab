"""A text in both languages of the service."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same text in Chinese and in English.

    Examples
    --------
    >>> Text("重叠", "overlap").in_language("en")
    'overlap'
    """

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """Give the text in ``lang``: English for ``"en"``, Chinese for anything else."""
        return self.en if lang == "en" else self.zh
