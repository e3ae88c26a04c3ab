"""Integer programmes for HiGHS: built from arrays, stopped by time or by the user, with bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from gis_service.core.siting.control import PROVING, Control

FEASIBILITY = 1e-9


@dataclass(kw_only=True)
class Programme:
    """Rows and columns of a programme that is maximised.

    Columns are added in blocks, rows as sparse blocks over all columns so far.
    """

    gain: list[Any] = field(default_factory=list)
    upper: list[Any] = field(default_factory=list)
    whole: list[Any] = field(default_factory=list)
    rows: list[tuple[Any, Any, Any]] = field(default_factory=list)
    size: int = 0

    def add_columns(self, gain: Any, *, upper: Any = 1.0, whole: bool = False) -> int:
        """Add variables from 0 to ``upper``; returns the number of the first."""
        gain = np.asarray(gain, dtype=np.float64)
        first = self.size
        self.gain.append(gain)
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), gain.shape))
        self.whole.append(np.full(len(gain), whole))
        self.size += len(gain)
        return first

    def add_rows(self, matrix: Any, *, lower: Any = -np.inf, upper: Any = np.inf) -> None:
        """Add constraints ``lower ≤ matrix @ x ≤ upper``; the matrix may be narrower than x."""
        count = matrix.shape[0]
        self.rows.append(
            (
                sparse.csr_matrix(matrix),
                np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)),
                np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)),
            )
        )

    def solve(
        self, control: Control, *, start: Any = None, gap: float = 0.0, gain: Any = None
    ) -> Solution:
        """Maximise; see `Solution`. ``gap`` is the absolute gap at which a choice is proven."""
        gains = np.concatenate(self.gain) if gain is None else np.asarray(gain, dtype=np.float64)
        return _run(self, gains, control=control, start=start, gap=gap)


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """What HiGHS found.

    Attributes
    ----------
    values
        One a column; None when no solution was found.
    objective, bound
        Its gain (-inf without one) and the upper bound.
    is_infeasible
        Whether it is proven that there is no solution.
    """

    values: Any
    objective: float
    bound: float
    is_infeasible: bool = False


def _run(programme: Programme, gain: Any, *, control: Control, start: Any, gap: float) -> Solution:
    import highspy

    solver = _silent_solver()
    for option, value in {
        "threads": 1,
        "random_seed": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": max(gap, 1e-9),
        "mip_feasibility_tolerance": FEASIBILITY,
        "primal_feasibility_tolerance": FEASIBILITY,
        "time_limit": max(control.seconds_left, 0.01),
    }.items():
        solver.setOptionValue(option, value)
    solver.passModel(_model(highspy, programme, gain))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(map(float, start))
        solver.setSolution(solution)
    stopped = _listen(solver, control)
    solver.run()
    if stopped:
        raise stopped[0]
    status = solver.getModelStatus()
    info = solver.getInfo()
    kinds = highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Solution(values=None, objective=-np.inf, bound=-np.inf, is_infeasible=True)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if found else None
    objective = float(info.objective_function_value) if found else -np.inf
    bound = float(info.mip_dual_bound)
    if status == kinds.kOptimal and not any(part.any() for part in programme.whole):
        bound = objective
    return Solution(values=values, objective=objective, bound=bound)


def _silent_solver() -> Any:
    """Make a solver that prints nothing; the library's banner comes with its callbacks."""
    import highspy

    base: Any = highspy.Highs

    class Silent(base):  # type: ignore[misc]
        def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()


def _model(highspy: Any, programme: Programme, gain: Any) -> Any:
    blocks = []
    for matrix, _, _ in programme.rows:
        wide = sparse.csr_matrix(
            (matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], programme.size)
        )
        blocks.append(wide)
    matrix = sparse.vstack(blocks, format="csr") if blocks else sparse.csr_matrix((0, len(gain)))
    model = highspy.HighsLp()
    model.num_col_ = programme.size
    model.num_row_ = matrix.shape[0]
    model.col_cost_ = gain
    model.col_lower_ = np.zeros(programme.size)
    model.col_upper_ = np.concatenate(programme.upper)
    model.row_lower_ = np.concatenate([low for _, low, _ in programme.rows] or [np.zeros(0)])
    model.row_upper_ = np.concatenate([high for _, _, high in programme.rows] or [np.zeros(0)])
    model.sense_ = highspy.ObjSense.kMaximize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    kinds = highspy.HighsVarType
    whole = np.concatenate(programme.whole)
    model.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole.tolist()]
    return model


def _listen(solver: Any, control: Control) -> list[BaseException]:
    """Let the progress call stop the solver; what it raised is in the list."""
    stopped: list[BaseException] = []

    def look(event: Any) -> None:
        if stopped:
            event.interrupt()
            return
        try:
            control.tell(0.5 + 0.5 * control.seconds / max(control.time_limit_s, 1e-9), PROVING)
        except BaseException as error:  # noqa: BLE001 - raised again once the solver has stopped
            stopped.append(error)
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)
    return stopped
