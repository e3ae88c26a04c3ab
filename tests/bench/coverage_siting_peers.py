"""spopt and PySAL's access on stored tables: coverage_siting_peers.py PEER TABLE P."""

import json
import sys
import time

import numpy as np

CUTOFF_S = 900.0


def spopt_work(data, p):
    """Solve MCLP with HiGHS through PuLP, from a full matrix."""
    import pulp
    from spopt.locate import MCLP

    began = time.process_time()
    wide = np.full((len(data["demand"]), int(data["facility"].max()) + 1), CUTOFF_S + 1)
    wide[data["origin"], data["facility"]] = data["seconds"]
    model = MCLP.from_cost_matrix(wide, data["demand"], CUTOFF_S, p_facilities=p)
    solved = model.solve(pulp.HiGHS(msg=False))
    return time.process_time() - began, f"{solved.problem.objective.value():,.0f} elders"


def access_work(data, _):
    """Compute E2SFCA."""
    import pandas as pd
    from access import fca, weights

    cost = pd.DataFrame({name: data[name] for name in ("origin", "facility", "seconds")})
    demand = pd.DataFrame({"demand": data["demand"]})
    supply = pd.DataFrame({"supply": data["supply"]})
    began = time.process_time()
    found = fca.two_stage_fca(
        demand_df=demand, supply_df=supply, cost_df=cost, max_cost=CUTOFF_S,
        demand_value="demand", supply_value="supply",
        cost_origin="origin", cost_dest="facility", cost_name="seconds",
        weight_fn=weights.step_fn({300: 1.0, 600: 0.68, 900: 0.22}),
    )  # fmt: skip
    return time.process_time() - began, f"sum {np.sum(found):.3f}"


def main(peer, path, p):
    """Print seconds and a remark as JSON."""
    work = {"spopt": spopt_work, "access": access_work}[peer]
    seconds, remark = work(dict(np.load(path)), int(p))
    sys.stdout.write(json.dumps({"seconds": seconds, "remark": remark}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
