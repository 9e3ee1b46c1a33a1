"""The sky over many places slot by slot: a Zarr store by the CF conventions.

Chunk by chunk as it is found, so that only a few are in memory at any time. Format 2 of Zarr, which
everything reads that reads Zarr at all.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from leohub.errors import OutputError
from leohub.report.datasets import COORDINATES, STANDARD_NAMES, cf_time
from leohub.sky.service import MEANING
from leohub.sky.visibility.record import SERIES
from leohub.study.skyplaces.chunks import Found
from leohub.study.skyplaces.survey import Survey

if TYPE_CHECKING:
    from zarr import Array, Group

SUFFIX: Final = ".zarr"

PLACES: Final = 500
"""Places of a chunk of the store; those that are looked at together are a multiple, or fewer."""


class Store:
    """A store that is being written.

    Parameters
    ----------
    path : Path
        An empty folder.
    survey : Survey
        With series.
    """

    def __init__(self, path: Path, survey: Survey) -> None:
        import zarr

        self.path, self.survey = path, survey
        group = zarr.open_group(path, mode="w", zarr_format=2)
        self._arrays = {name: self._add_array(group, name) for name in SERIES}

    def keep(self, found: Found) -> None:
        """Write what was found in a chunk."""
        rows = self.survey.groups[found.group]
        for name, values in found.record.series.items():
            slots = slice(found.first, found.first + values.shape[1])
            self._arrays[name][rows[0] : rows[0] + len(rows), slots] = values

    def finish(
        self, summary: xr.Dataset, listed: pd.DataFrame, attributes: Mapping[str, Any]
    ) -> None:
        """Write what the slots come to, the places, and what the store says of itself.

        Parameters
        ----------
        summary : Dataset
            As `leohub.study.skyplaces.survey.gather` returns it.
        listed : DataFrame
            The places, as `leohub.io.ground.places.read_places` returns them.
        attributes : mapping
        """
        import zarr

        coordinates = {
            "place_id": _texts(listed.index, {"long_name": "place", "cf_role": "timeseries_id"}),
            "name": _texts(listed["name"], {"long_name": "name of the place"}),
            "time": cf_time(self.survey.times),
            **{
                name: xr.Variable("place", summary[name].to_numpy(), about)
                for name, about in COORDINATES.items()
            },
        }
        whole = summary.assign_coords(coordinates)
        whole.attrs = {"featureType": "timeSeries", **attributes}
        whole.to_zarr(self.path, mode="a", zarr_format=2, consolidated=False)
        zarr.consolidate_metadata(self.path, zarr_format=2)

    def _add_array(self, group: Group, name: str) -> Array[Any]:
        from numcodecs import Blosc

        survey, dtype = self.survey, SERIES[name]
        units, meaning = MEANING[name]
        about: dict[str, Any] = {
            "_ARRAY_DIMENSIONS": ["place", "time"],
            "units": units,
            "long_name": meaning,
            "cell_methods": "time: point",
            "coordinates": " ".join(("place_id", "name", *COORDINATES)),
        }
        if name in STANDARD_NAMES:
            about["standard_name"] = STANDARD_NAMES[name]
        return group.create_array(
            name,
            shape=(len(survey.places), len(survey.times)),
            chunks=(min(PLACES, len(survey.groups[0])), survey.slots_at_once),
            dtype=dtype,
            # Readers take the fill value for "missing": a count of 0 is not.
            fill_value=np.nan if dtype.kind == "f" else None,
            compressors=Blosc(cname="zstd", clevel=3, shuffle=Blosc.SHUFFLE),
            attributes=about,
        )


@contextmanager
def appearing_store(path: Path, survey: Survey) -> Iterator[Store]:
    """Give a store to write to; it takes its place when all went well.

    Raises
    ------
    OutputError
        When it can not be written.
    """
    try:
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
        try:
            store = Store(scratch / "new", survey)
            yield store
            store.path.rename(path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"{path} can not be written ({error.strerror or error})") from None


def _texts(values: pd.Series | pd.Index, about: dict[str, str]) -> xr.Variable:
    return xr.Variable("place", values.to_numpy(dtype=np.str_), about)
