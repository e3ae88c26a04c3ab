"""In which encoding are these bytes? UTF-8, else GBK (GB18030), else Big5, else Windows-1252.

Shapefiles and CSV files from Chinese offices rarely say. The rule: bytes that are valid UTF-8 are
UTF-8, because other text is valid UTF-8 only by a rare accident. Of the two Chinese encodings the
one is taken in which the characters are the everyday ones. What was taken is always reported.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

SAMPLE_BYTES = 4_000_000


@dataclass(frozen=True)
class Encoding:
    """A Python codec name, and how it was found (English, for `Survey.encoding`)."""

    codec: str
    how: str

    def __str__(self) -> str:
        return f"{self.codec} ({self.how})"


def recognise_encoding(values: Iterable[bytes]) -> Encoding:
    """Recognise the encoding that all ``values`` share; each may be cut within a character.

    Examples
    --------
    >>> recognise_encoding(["黄贝街道".encode("gbk"), b"A1"]).codec
    'GBK'
    >>> recognise_encoding(["黄贝街道".encode()]).codec
    'UTF-8'
    >>> recognise_encoding(["臺北市士林區".encode("big5")]).codec
    'Big5'
    """
    telling = [value for value in values if not value.isascii()]
    if not telling:
        return Encoding("UTF-8", "recognised: only ASCII")
    if _decodes(telling, "utf-8"):
        return Encoding("UTF-8", "recognised: valid UTF-8")
    everyday = {
        codec: _share(telling, codec, rows)
        for codec, rows in (("GBK", (0xB0, 0xD7)), ("Big5", (0xA4, 0xC6)))
        if _decodes(telling, codec)
    }
    if everyday:
        best = max(everyday, key=lambda codec: (everyday[codec], codec == "GBK"))
        if everyday[best] >= 0.3:
            return Encoding(best, f"recognised: not UTF-8, everyday characters as {best}")
    if _decodes(telling, "GB18030"):
        codec = "GBK" if "GBK" in everyday else "GB18030"
        return Encoding(codec, "recognised: not UTF-8, valid as " + codec)
    return Encoding("CP1252", "assumed: neither UTF-8, GB18030 nor Big5; texts may be wrong")


def decode_text(data: bytes) -> tuple[str, Encoding]:
    """Decode a whole text file, with or without a byte order mark."""
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace"), Encoding("UTF-8", "byte order mark")
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return data.decode("utf-16", "replace"), Encoding("UTF-16", "byte order mark")
    encoding = recognise_encoding([data[:SAMPLE_BYTES]])
    if encoding.codec == "UTF-8" and len(data) > SAMPLE_BYTES:
        encoding = recognise_encoding([data])
    codec = "GB18030" if encoding.codec == "GBK" else encoding.codec
    return data.decode(codec, "replace"), encoding


def _decodes(values: list[bytes], codec: str) -> bool:
    try:
        for value in values:
            codecs.getincrementaldecoder(codec)("strict").decode(value)
    except UnicodeDecodeError:
        return False
    return True


def _share(values: list[bytes], codec: str, rows: tuple[int, int]) -> float:
    """Give the share of two-byte characters whose first byte is in the everyday rows.

    In GB 2312 those are B0 to D7 with a second byte from A1, in Big5 A4 to C6.
    """
    low, high = rows
    second = 0xA1 if codec == "GBK" else 0x40
    everyday = total = 0
    for value in values:
        text = codecs.getincrementaldecoder(codec)("strict").decode(value)
        for character in set(text):
            if character.isascii():
                continue
            code = character.encode(codec)
            total += 1
            everyday += len(code) == 2 and low <= code[0] <= high and code[1] >= second
    return everyday / total if total else 0.0
