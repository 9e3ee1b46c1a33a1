import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely import Polygon, box

from leohub.people.placing import region_at

GEOD = Geod(ellps="WGS84")
LAKE = [(37.2, 0.2), (37.4, 0.2), (37.4, 0.4), (37.2, 0.4)]
REGIONS = gpd.GeoSeries(
    [Polygon(box(37, 0, 38, 1).exterior.coords, [LAKE]), box(38, 0, 39, 1)], crs="EPSG:4326"
)


def at(lat, lon, snap_km=0.0, regions=REGIONS):
    region, snapped = region_at(np.array([lat]), np.array([lon]), regions, snap_km=snap_km)
    return int(region[0]), bool(snapped[0])


def test_inside_outside_and_on_the_border():
    assert at(0.5, 37.5) == (0, False)
    assert at(0.5, 38.5) == (1, False)
    assert at(0.5, 38.0) == (0, False)
    assert at(0.3, 37.3) == (-1, False)
    assert at(-1.0, 37.5) == (-1, False)


@pytest.mark.parametrize("lat", [0.0, 45.0, 70.0])
@pytest.mark.parametrize(("beyond_km", "region"), [(9.9, 0), (10.1, -1)])
def test_snapping_measures_on_the_ground(lat, beyond_km, region):
    square = gpd.GeoSeries([box(37, lat, 38, lat + 1)], crs="EPSG:4326")
    _, south, _ = GEOD.fwd(37.5, lat, 180, 1000 * beyond_km)
    assert at(south, 37.5, 10.0, square) == (region, region >= 0)
    west, middle, _ = GEOD.fwd(37, lat + 0.5, 270, 1000 * beyond_km)
    assert at(middle, west, 10.0, square) == (region, region >= 0)


def test_snapping_takes_the_nearest_region():
    assert at(-0.01, 37.98, 10.0) == (0, True)
    assert at(-0.01, 38.02, 10.0) == (1, True)


def test_a_lake_belongs_to_its_shore():
    assert at(0.3, 37.21, 10.0) == (0, True)


def test_no_places():
    region, snapped = region_at(np.array([]), np.array([]), REGIONS, snap_km=10.0)
    assert len(region) == len(snapped) == 0
