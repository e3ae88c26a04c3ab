"""Other programs on the same city, run with their own Python: coverage_peers.py CITY PEER WORK."""

import json
import sys
import time

import numpy as np

CUTOFF_M = 900.0


def pandana_work(data, work):
    """Snap to the nearest node, contract the graph, ask."""
    import pandana
    import pandas as pd

    began = time.process_time()
    nodes, (u, v) = data["nodes"], data["edges"].T
    network = pandana.Network(
        pd.Series(nodes[:, 0]), pd.Series(nodes[:, 1]), pd.Series(u), pd.Series(v),
        pd.DataFrame({"length": data["length"]}),
    )  # fmt: skip
    blocks = network.get_node_ids(*data["blocks"].T)
    built = time.process_time() - began
    began = time.process_time()
    if work == "nearest":
        network.set_pois("f", 100_000.0, 1, *data["facilities"].T)
        found = network.nearest_pois(100_000.0, "f", num_pois=1)
        seconds = found[1].loc[blocks].to_numpy()
        return built, time.process_time() - began, f"median {np.median(seconds):.0f} s"
    facilities = network.get_node_ids(*data["facilities"].T)
    pairs = network.nodes_in_range(list(facilities), CUTOFF_M)
    at = pd.Series(np.arange(len(blocks)), index=blocks.to_numpy())
    found = pairs.merge(at.rename("block"), left_on="destination", right_index=True)
    return built, time.process_time() - began, f"{len(found):,} pairs"


def networkx_work(data, work):
    """Search from all facilities at once."""
    import networkx
    from scipy.spatial import KDTree

    began = time.process_time()
    graph = networkx.Graph()
    graph.add_weighted_edges_from(
        zip(*data["edges"].T.tolist(), data["length"].tolist(), strict=True)
    )
    tree = KDTree(data["nodes"])
    facilities, blocks = tree.query(data["facilities"])[1], tree.query(data["blocks"])[1]
    built = time.process_time() - began
    began = time.process_time()
    way = networkx.multi_source_dijkstra_path_length(graph, set(facilities.tolist()))
    seconds = [way[block] for block in blocks.tolist()]
    return built, time.process_time() - began, f"median {np.median(seconds):.0f} s"


def main(path, peer, work):
    """Print seconds, megabytes and a remark as JSON."""
    run = {"pandana": pandana_work, "networkx": networkx_work}[peer]
    data = dict(np.load(path))
    built, seconds, remark = run(data, work)
    said = {"seconds": seconds, "remark": f"{remark}, after {built:.1f} s of preparing"}
    sys.stdout.write("\n" + json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
