"""run.json: what is needed to repeat a run and check that it gives the same hubs."""

from __future__ import annotations

import json
import math
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from leohub import __version__
from leohub.io.provenance import sha256_of
from leohub.report.capacitywords import capacity_record
from leohub.report.claim import goal_record, rests_on
from leohub.report.digest import Digest
from leohub.report.prooffile import find_proof
from leohub.report.summary import summary

PACKAGES: Final = (
    "geopandas",
    "h3",
    "highspy",
    "numba",
    "numpy",
    "pandas",
    "pyproj",
    "rasterio",
    "scipy",
    "sgp4",
    "shapely",
)
"""Packages whose version could change a figure."""


def write_run(digest: Digest, folder: Path) -> None:
    """Write run.json into a folder that holds every other output."""
    text = json.dumps(_plain(run(digest, folder)), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "run.json").write_text(text + "\n", "utf-8")


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Write inf and nan as text: JSON has no numbers for them."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def run(digest: Digest, folder: Path) -> dict[str, Any]:
    """Return the run: study, inputs, versions, outcome and the hash of every output."""
    results, plan = digest.results, digest.results.plan
    return {
        "leohub": __version__,
        "started_utc": results.started.isoformat(timespec="seconds"),
        "seed": results.study.seed,
        "study": {
            "file": results.study_file,
            "sha256": results.study_sha256,
            "settings": results.study.model_dump(mode="json"),
        },
        "inputs": [
            {
                "role": source.role,
                "file": source.file,
                "sha256": source.sha256,
                "size_bytes": source.size_bytes,
                "basis": source.basis,
                "origin": source.origin,
                "date": source.date,
                "licence": source.licence,
                "totals": dict(source.totals),
                "notes": list(source.notes),
            }
            for source in results.sources
        ],
        "plan": {
            "hubs": len(plan.hubs),
            "objective_people": float(plan.reached_people),
            "worth_people": float(plan.worth_people),
            "bound_people": float(plan.bound_people),
            "certified_people": float(plan.certified_people),
            "bound_rests_on": rests_on(plan.bound_people, plan.certified_people),
            "proof": find_proof(folder).name,
            "capacity": capacity_record(results),
            "gap": float(plan.gap),
            "optimal": bool(plan.optimal),
            "stopped_early": bool(plan.stopped_early),
            "rules": [
                {"rule": name, "setting": where, "costs_people": people}
                for name, where, people in zip(
                    results.demands.rules.names,
                    results.demands.where,
                    plan.rule_costs_people.tolist(),
                    strict=True,
                )
            ],
            "goal": goal_record(results.demands.goal),
            "story": [step.words for step in plan.story],
        },
        "summary": summary(results, digest.figures),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "outputs": {
            path.relative_to(folder).as_posix(): sha256_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
