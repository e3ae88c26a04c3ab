"""Numbers as people read them."""

from __future__ import annotations

from gis_service.texts import translator

SQUARE_METRES_PER_MU = 2000 / 3


def number(value: float, digits: int = 0) -> str:
    """Group thousands and keep at most ``digits`` decimals.

    Examples
    --------
    >>> number(12345.678, 1), number(3.0, 2)
    ('12,345.7', '3')
    """
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def square_metres(value: float) -> str:
    """Give an area in m², with decimals only where it is small.

    Examples
    --------
    >>> square_metres(0.456), square_metres(1234.5)
    ('0.46', '1,234')
    """
    return number(value, 2 if abs(value) < 10 else 0)


def area(value: float, lang: str) -> str:
    """Give an area in m², hectares and mu (1 mu = 2000/3 m²).

    Examples
    --------
    >>> area(20000, "en")
    '20,000 m² · 2 ha · 30 mu'
    """
    _ = translator(lang)
    hectares, mu = value / 10_000, value / SQUARE_METRES_PER_MU
    return (
        f"{square_metres(value)} m² · {number(hectares, 2)} {_('ha')} · {number(mu, 1)} {_('mu')}"
    )


def percent(value: float | None) -> str:
    """Give a ratio from 0 to 1 in percent; a dash for none.

    Examples
    --------
    >>> percent(0.59677), percent(None)
    ('59.7 %', '—')
    """
    return "—" if value is None else f"{value * 100:.1f} %"
