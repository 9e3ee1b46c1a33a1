"""Networks of the OR-Library's p-median instances: every node is a site and a demand point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.io.covering.network import Network
from leohub.io.covering.points import check_not_negative
from leohub.io.covering.problem import CoveringProblem
from leohub.io.covering.text import InstanceText, is_count, is_number


def read_pmed(text: InstanceText) -> CoveringProblem:
    """Read nodes, edges and p.

    The first line has the numbers of nodes and of edges, and p, how many nodes to choose; then a
    line for each edge: two nodes, from 1, and its length. Of edges between the same two nodes, the
    last one counts, as the OR-Library says. Where the k-th edge has a fourth field, it is the
    demand of node k (the networks of Wang & Zhou 2024, doi:10.1287/ijoc.2024.0611.cd); without
    these, every node is worth 1. J. E. Beasley, "A note on solving large p-median problems",
    European Journal of Operational Research 21 (1985), 270-273.

    Raises
    ------
    InputError
        With every line that is not so; or when there are not as many edges as announced.
    """
    nodes, edges, hubs = _sizes(text)
    ends, lengths, lines, demand = _edges(text, nodes)
    if len(lines) != edges:
        raise text.file.error(
            f"it announces {edges:,} edges, but {len(lines):,} follow",
            "Fetch the file again, or correct the number",
            "row 1",
        )
    notes = () if demand is not None else ("every node is worth 1: the file has no demands",)
    return CoveringProblem(
        name=text.file.name,
        format="pmed",
        reach=Network(_matrix(ends, lengths, nodes)),
        demand=np.ones(nodes) if demand is None else demand,
        hubs=hubs or None,
        notes=notes,
    )


def _sizes(text: InstanceText) -> tuple[int, int, int]:
    counts = text.head(1)[0]
    if len(counts) < 3 or not all(map(is_count, counts[:3])) or int(counts[0]) < 1:
        raise text.file.error(
            "the first line does not have the numbers of nodes and edges, and p",
            "Begin the file with them",
            "row 1",
        )
    nodes, edges, hubs = map(int, counts[:3])
    # A fourth word in the first line says that the nodes have demands; p is then made up.
    return nodes, edges, hubs if len(counts) == 3 and hubs <= nodes else 0


def _edges(
    text: InstanceText, nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[int], NDArray[np.float64] | None]:
    """Return the ends, from 0, and the length of each edge, its line, and the nodes' demands."""
    problems = text.file.problems()
    wrong: list[tuple[int, str]] = []
    rows: list[list[float]] = []
    lines: list[int] = []
    demand: list[float] = []
    all_lines = text.lines()
    next(all_lines)
    for line, fields in all_lines:
        if fault := _fault(fields, nodes):
            wrong.append((line, fault))
            continue
        if len(fields) == 4 and len(demand) == len(rows):
            demand.append(float(fields[3]))
        rows.append([float(field) for field in fields[:3]])
        lines.append(line)
    problems.add_rows(wrong, "Give two nodes and a length; or say with --format what this is")
    if demand and len(demand) != nodes:
        problems.add(
            "",
            f"{len(demand):,} of the {nodes:,} nodes have a demand, in the fourth field",
            "Give one in each of the first lines, as many as there are nodes, or none",
        )
    problems.raise_if_any()
    table = np.array(rows).reshape(-1, 3)
    worth = np.array(demand) if demand else None
    if worth is not None:
        check_not_negative(text, worth, "demand", lambda row: lines[row])
    return table[:, :2].astype(np.int64) - 1, table[:, 2], lines, worth


def _fault(fields: list[str], nodes: int) -> str:
    """Return what is wrong with the line of an edge, or nothing."""
    if len(fields) not in (3, 4) or not all(map(is_number, fields)):
        return f"{' '.join(fields)[:60]!r} is not an edge"
    if not all(is_count(field) and 1 <= int(field) <= nodes for field in fields[:2]):
        return f"{fields[0]} and {fields[1]} are not both nodes; they count from 1 to {nodes:,}"
    if float(fields[2]) < 0:
        return f"the length {fields[2]} is negative"
    return ""


def _matrix(ends: NDArray[np.int64], lengths: NDArray[np.float64], nodes: int) -> csr_array:
    """Return the lengths between nodes in both directions, the last of those given twice."""
    low, high = ends.min(axis=1, initial=nodes), ends.max(axis=1, initial=0)
    # The first of each pair in the reversed list is the last of it in the file.
    _, last = np.unique((low * nodes + high)[::-1], return_index=True)
    kept = len(lengths) - 1 - last
    low, high, lengths = low[kept], high[kept], lengths[kept]
    return csr_array(
        (np.tile(lengths, 2), (np.concatenate((low, high)), np.concatenate((high, low)))),
        shape=(nodes, nodes),
    )
