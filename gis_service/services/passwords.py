"""Passwords and other secrets: what is good enough, and the hashes that are kept of them.

Passwords are kept as Argon2id (RFC 9106); tokens of sessions, keys and links are 256 random bits,
so their SHA-256 is enough.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from hashlib import sha256

from gis_service.errors import ParameterError

SHORTEST, LONGEST = 10, 200
FEWEST_DIFFERENT = 4

_COMMON = """
1234567890 0123456789 0987654321 1234567891 12345678910 123456789a a123456789 aa123456789
123456789q q123456789 qq123456789 abc123456789 1qaz2wsx3edc qazwsxedcrfv 1q2w3e4r5t 1q2w3e4r5t6y
q1w2e3r4t5 qwertyuiop qwerty12345 qwerty123456 asdfghjkl123 zxcvbnm123 password123 password1234
passw0rd123 administrator admin12345 admin123456 admin@12345 admin@123456 administrator1
letmein123 welcome123 changeme123 iloveyou123 woaini1314 woaini1314520 5201314520 1314520520
woaini520520 shenzhen123 shenzhen2026 luohu123456 zhongguo123 minzheng123 shequ123456 abcdefghij
abcd123456 abc1234567 a1b2c3d4e5 11223344556 1122334455 147258369a 1472583690 123321123321
123123123123
"""

COMMON = frozenset(_COMMON.split())
"""Passwords that are tried first; lower case, all long enough to need refusing."""

_BUSY = threading.BoundedSemaphore(2)
_NOBODYS: list[str] = []


def token() -> str:
    """Give a new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of_token(secret: str) -> str:
    """Give what is kept of a token."""
    return sha256(secret.encode()).hexdigest()


def check_password(password: str, *, login: str) -> None:
    """Refuse a password that is too short, too long, too common, too uniform or the login name.

    Raises
    ------
    ParameterError
        Says which rule is broken; never the password.

    Examples
    --------
    >>> check_password("three green stones", login="li")
    """
    text = unicodedata.normalize("NFKC", password)
    plain = text.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        raise _refused(
            f"密码应为 {SHORTEST} 至 {LONGEST} 个字符，现为 {len(text)} 个。",
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}.",
        )
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        raise _refused(
            "此密码太常见或太单一，容易被猜中。请换一个，例如几个不相干的词。",
            "This password is too common or too uniform. Take another: a few unrelated words.",
        )
    if plain.replace(login.casefold(), "", 1).strip("0123456789._-@ ") == "":
        raise _refused(
            "密码不能是用户名，也不能只是用户名加数字。请换一个。",
            "A password can't be the login name, nor that with digits. Take another.",
        )


def hash_password(password: str) -> str:
    """Give the Argon2id hash of a password, with its own salt and the parameters in it."""
    from argon2 import PasswordHasher

    with _BUSY:
        return PasswordHasher().hash(unicodedata.normalize("NFKC", password))


def verify_password(kept: str | None, password: str) -> bool:
    """Tell whether a password belongs to a kept hash; None takes as long, and is never right."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    if not _NOBODYS:
        _NOBODYS.append(hash_password(token()))
    with _BUSY:
        try:
            PasswordHasher().verify(
                kept or _NOBODYS[0], unicodedata.normalize("NFKC", password[: LONGEST * 4])
            )
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def _refused(zh: str, en: str) -> ParameterError:
    return ParameterError(zh, en, parameter="password")
