"""How long a choice may take, how it tells how far it is, and how it learns to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from gis_service.model.progress import Progress, silent
from gis_service.model.text import Text

SEARCHING = Text("正在选址", "choosing sites")
PROVING = Text("正在证明最优", "proving that no choice is better")


@dataclass(kw_only=True)
class Control:
    """The time left and the progress call.

    Attributes
    ----------
    time_limit_s
        Seconds after which the best choice so far is returned with its bound.
    progress
        Called with the share done; it may raise, and the work then stops.
    """

    time_limit_s: float = 60.0
    progress: Progress = silent
    began: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since the work began."""
        return time.perf_counter() - self.began

    @property
    def seconds_left(self) -> float:
        """Seconds until the time limit; never negative."""
        return max(0.0, self.time_limit_s - self.seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time has run out."""
        return self.seconds_left <= 0.0

    def tell(self, share: float, stage: Text = SEARCHING) -> None:
        """Say how far the work is."""
        self.progress(min(1.0, share), stage)

    def notes(self) -> tuple[Text, ...]:
        """Say that the time ran out, where it did."""
        if not self.is_over:
            return ()
        limit = f"{self.time_limit_s:g}"
        return (
            Text(
                f"计算在 {limit} 秒的时限内未完成证明；给出的是目前最好的方案及其上下界。",
                f"The {limit} s allowed were not enough for the proof; this is the best choice so "
                "far, with its bound.",
            ),
        )
