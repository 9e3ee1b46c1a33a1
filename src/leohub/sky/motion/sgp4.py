"""SGP4 for near-circular low orbits, many satellites at many moments at once.

The same theory as everywhere, arranged so that a processor works on several moments at a time:
there is no branch in the loop, sine and cosine are polynomials, and where an angle differs from
a known one by little, its sine and cosine come from turning the known ones. It agrees with
python-sgp4 to a fraction of a millimetre and is meant for eccentricities below 0.05 and periods
below 225 minutes only: `leohub.sky.motion.propagation` sends every other orbit to python-sgp4.

Source: Hoots & Roehrich 1980, Spacetrack Report No. 3; Vallado, Crawford, Hujsak & Kelso 2006,
AIAA 2006-6753. Symbols as there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.constants import EARTH_MU_KM3_S2
from leohub.sky.compiled import in_lanes, inlined
from leohub.sky.constellation import Constellation
from leohub.units import MINUTES_PER_DAY

Floats = NDArray[np.float64]

MAX_ECCENTRICITY = 0.05
DEEP_SPACE_MIN = 225.0
"""Period from which on the Moon and the Sun are part of SGP4 [min]."""

_RADIUS_KM = 6_378.135  # WGS 72, as elements are made
_J2, _J3, _J4 = 0.001_082_616, -0.000_002_538_81, -0.000_001_655_97
_XKE = 60.0 / np.sqrt(_RADIUS_KM**3 / EARTH_MU_KM3_S2)
_TINY_E = 1e-6
_ROUND = 6_755_399_441_055_744.0  # 1.5 × 2⁵²: added and taken away, it rounds to an integer
_TWO_OVER_PI = 2 / np.pi
# π/2 in two parts, the first with 24 trailing zero bits: thousands of quarter turns can be taken
# away without loss.
_HALF_PI_1 = float.fromhex("0x1.921fb54400000p+0")
_HALF_PI_2 = float.fromhex("0x1.0b4611a626331p-34")

# Taylor's series, as factors: a division takes ten times as long.
_SIN_3, _SIN_5, _SIN_7, _SIN_9 = -1 / 6, 1 / 120, -1 / 5_040, 1 / 362_880
_COS_4, _COS_6, _COS_8 = 1 / 24, -1 / 720, 1 / 40_320

COEFFICIENTS = tuple(
    name
    for line in (
        "mo mdot argpo argpdot nodeo nodedot nodecf cc1 bstar_cc4 t2cof omgcof eta xmcof delmo",
        "d2 d3 d4 bstar_cc5 sinmao t3cof t4cof t5cof no ao ecco aycof xlcof con41 x1mth2 x7thm1",
        "cosio sinio",
    )
    for name in line.split()
)
"""What `prepare` finds for each satellite, in the order of its columns."""


def prepare(constellation: Constellation) -> Floats:
    """Return what is constant for each satellite, shape (n, coefficients).

    Parameters
    ----------
    constellation : Constellation
        Rows that are not near the Earth or not near-circular come out, but mean nothing.
    """
    ecco, argpo, mo, inclo, nodeo = (
        constellation.eccentricity,
        *(
            np.radians(angle)
            for angle in (
                constellation.arg_perigee_deg,
                constellation.mean_anomaly_deg,
                constellation.inclination_deg,
                constellation.raan_deg,
            )
        ),
    )
    bstar = constellation.bstar
    cosio, sinio = np.cos(inclo), np.sin(inclo)
    cosio2, omeosq = cosio**2, 1 - ecco**2
    con41 = 3 * cosio2 - 1
    no = brouwer_mean_motion_rad_min(constellation)
    ao = (_XKE / no) ** (2 / 3)
    perigee_km = (ao * (1 - ecco) - 1) * _RADIUS_KM
    s_km = np.where(perigee_km < 98, 20.0, np.where(perigee_km < 156, perigee_km - 78, 78.0))
    sfour, qzms24 = s_km / _RADIUS_KM + 1, ((120 - s_km) / _RADIUS_KM) ** 4
    pinvsq = 1 / (ao * omeosq) ** 2
    tsi = 1 / (ao - sfour)
    eta = ao * ecco * tsi
    etasq, eeta = eta**2, ecco * eta
    psisq = np.abs(1 - etasq)
    coef = qzms24 * tsi**4
    coef1 = coef / psisq**3.5
    cc2 = (
        coef1
        * no
        * (
            ao * (1 + 1.5 * etasq + eeta * (4 + etasq))
            + 0.375 * _J2 * tsi / psisq * con41 * (8 + 3 * etasq * (8 + etasq))
        )
    )
    cc1 = bstar * cc2
    x1mth2 = 1 - cosio2
    cc4 = (
        2
        * no
        * coef1
        * ao
        * omeosq
        * (
            eta * (2 + 0.5 * etasq)
            + ecco * (0.5 + 2 * etasq)
            - _J2
            * tsi
            / (ao * psisq)
            * (
                -3 * con41 * (1 - 2 * eeta + etasq * (1.5 - 0.5 * eeta))
                + 0.75 * x1mth2 * (2 * etasq - eeta * (1 + etasq)) * np.cos(2 * argpo)
            )
        )
    )
    cc5 = 2 * coef1 * ao * omeosq * (1 + 2.75 * (etasq + eeta) + eeta * etasq)
    temp1 = 1.5 * _J2 * pinvsq * no
    temp2 = 0.5 * temp1 * _J2 * pinvsq
    temp3 = -0.46875 * _J4 * pinvsq**2 * no
    xhdot1 = -temp1 * cosio
    cosio4 = cosio2**2
    # Below 220 km the theory is cut short: the higher terms of the drag are left out.
    full = np.where(ao * (1 - ecco) < 220 / _RADIUS_KM + 1, 0.0, 1.0)
    eccentric = ecco > 1e-4
    some_e = np.where(eccentric, ecco, 1.0)
    cc3 = np.where(eccentric, -2 * coef * tsi * (_J3 / _J2) * no * sinio / some_e, 0.0)
    some_eeta = np.where(eccentric, eeta, 1.0)
    d2 = 4 * ao * tsi * cc1**2
    temp = d2 * tsi * cc1 / 3
    d3 = (17 * ao + sfour) * temp
    d4 = 0.5 * temp * ao * tsi * (221 * ao + 31 * sfour) * cc1
    found = {
        "mo": mo,
        "mdot": no
        + 0.5 * temp1 * np.sqrt(omeosq) * con41
        + 0.0625 * temp2 * np.sqrt(omeosq) * (13 - 78 * cosio2 + 137 * cosio4),
        "argpo": argpo,
        "argpdot": -0.5 * temp1 * (1 - 5 * cosio2)
        + 0.0625 * temp2 * (7 - 114 * cosio2 + 395 * cosio4)
        + temp3 * (3 - 36 * cosio2 + 49 * cosio4),
        "nodeo": nodeo,
        "nodedot": xhdot1
        + (0.5 * temp2 * (4 - 19 * cosio2) + 2 * temp3 * (3 - 7 * cosio2)) * cosio,
        "nodecf": 3.5 * omeosq * xhdot1 * cc1,
        "cc1": cc1,
        "bstar_cc4": bstar * cc4,
        "t2cof": 1.5 * cc1,
        "omgcof": full * bstar * cc3 * np.cos(argpo),
        "eta": eta,
        "xmcof": full * np.where(eccentric, -2 / 3 * coef * bstar / some_eeta, 0.0),
        "delmo": (1 + eta * np.cos(mo)) ** 3,
        "d2": full * d2,
        "d3": full * d3,
        "d4": full * d4,
        "bstar_cc5": full * bstar * cc5,
        "sinmao": np.sin(mo),
        "t3cof": full * (d2 + 2 * cc1**2),
        "t4cof": full * 0.25 * (3 * d3 + cc1 * (12 * d2 + 10 * cc1**2)),
        "t5cof": full
        * 0.2
        * (3 * d4 + 12 * cc1 * d3 + 6 * d2**2 + 15 * cc1**2 * (2 * d2 + cc1**2)),
        "no": no,
        "ao": ao,
        "ecco": ecco,
        "aycof": -0.5 * (_J3 / _J2) * sinio,
        "xlcof": -0.25 * (_J3 / _J2) * sinio * (3 + 5 * cosio) / np.maximum(1 + cosio, 1.5e-12),
        "con41": con41,
        "x1mth2": x1mth2,
        "x7thm1": 7 * cosio2 - 1,
        "cosio": cosio,
        "sinio": sinio,
    }
    return np.ascontiguousarray(np.column_stack([found[name] for name in COEFFICIENTS]))


def brouwer_mean_motion_rad_min(constellation: Constellation) -> Floats:
    """Return the mean motion that the theory works with, from Kozai's [rad/min], shape (n,)."""
    no = constellation.mean_motion_rev_day * (2 * np.pi / MINUTES_PER_DAY)
    cosio2 = np.cos(np.radians(constellation.inclination_deg)) ** 2
    omeosq = 1 - constellation.eccentricity**2
    ak = (_XKE / no) ** (2 / 3)
    d1 = 0.75 * _J2 * (3 * cosio2 - 1) / omeosq**1.5
    delta = d1 / ak**2
    delta = d1 / (ak * (1 - delta**2 - delta * (1 / 3 + 134 * delta**2 / 81))) ** 2
    return np.asarray(no / (1 + delta))


def drag_of_eccentricity(coefficients: Floats, away_min: Floats) -> Floats:
    """Return how far drag can move the eccentricity so far from the epoch [min], shape (n,)."""
    cc4, cc5 = _columns(coefficients, "bstar_cc4", "bstar_cc5")
    return np.asarray(np.abs(cc4) * away_min + 2 * np.abs(cc5))


def drag_of_anomaly_rad(coefficients: Floats, away_min: Floats) -> Floats:
    """Return how far drag can move a satellite along its orbit so far from the epoch, (n,)."""
    no, t2, t3, t4, t5 = _columns(coefficients, "no", "t2cof", "t3cof", "t4cof", "t5cof")
    t = away_min
    return np.asarray(
        no * t**2 * (np.abs(t2) + t * (np.abs(t3) + t * (np.abs(t4) + t * np.abs(t5))))
    )


def _columns(coefficients: Floats, *names: str) -> list[Floats]:
    return [coefficients[:, COEFFICIENTS.index(name)] for name in names]


@inlined
def _sincos(x: float) -> tuple[float, float]:
    """Return sine and cosine, as polynomials within an eighth of a turn of a quarter turn."""
    quarters = (x * _TWO_OVER_PI + _ROUND) - _ROUND
    r = (x - quarters * _HALF_PI_1) - quarters * _HALF_PI_2
    r2 = r * r
    sin = r + r * r2 * (
        -1.66666666666666324348e-01
        + r2
        * (
            8.33333333332248946124e-03
            + r2
            * (
                -1.98412698298579493134e-04
                + r2
                * (
                    2.75573137070700676789e-06
                    + r2 * (-2.50507602534068634195e-08 + r2 * 1.58969099521155010221e-10)
                )
            )
        )
    )
    cos = (
        1.0
        - 0.5 * r2
        + r2
        * r2
        * (
            4.16666666666666019037e-02
            + r2
            * (
                -1.38888888888741095749e-03
                + r2
                * (
                    2.48015872894767294178e-05
                    + r2
                    * (
                        -2.75573143513906633035e-07
                        + r2 * (2.08757232129817482790e-09 - r2 * 1.13596475577881948265e-11)
                    )
                )
            )
        )
    )
    turn = quarters - 4.0 * ((quarters * 0.25 + _ROUND) - _ROUND)
    odd = turn * turn == 1.0
    first, second = (cos, sin) if odd else (sin, cos)
    sin_sign = -1.0 if (turn * turn == 4.0 or turn == -1.0) else 1.0
    cos_sign = -1.0 if (turn * turn == 4.0 or turn == 1.0) else 1.0
    return sin_sign * first, cos_sign * second


@inlined
def _turned(sin: float, cos: float, angle: float) -> tuple[float, float]:
    """Return the sine and cosine of an angle that is up to 0.1 rad further."""
    a2 = angle * angle
    s = angle * (1 + a2 * (_SIN_3 + a2 * (_SIN_5 + a2 * (_SIN_7 + a2 * _SIN_9))))
    c = 1 + a2 * (-0.5 + a2 * (_COS_4 + a2 * (_COS_6 + a2 * _COS_8)))
    return sin * c + cos * s, cos * c - sin * s


@in_lanes
def propagate(coefficients: Floats, epoch_min: Floats, time_min: Floats, found: Floats) -> None:
    """Find positions in TEME.

    Parameters
    ----------
    coefficients : ndarray, shape (n, coefficients)
        From `prepare`.
    epoch_min : ndarray, shape (n,)
        Epochs, from any common moment [min].
    time_min : ndarray, shape (k,)
        Moments, from the same moment [min].
    found : ndarray, shape (k, 3, n)
        Filled with the positions [km]; NaN where the orbit has decayed or is none any more.
    """
    moments = time_min.shape[0]
    x, y, z = np.empty(moments), np.empty(moments), np.empty(moments)
    for satellite in range(coefficients.shape[0]):
        (
            mo, mdot, argpo, argpdot, nodeo, nodedot, nodecf, cc1, bstar_cc4, t2cof, omgcof, eta,
            xmcof, delmo, d2, d3, d4, bstar_cc5, sinmao, t3cof, t4cof, t5cof, no, ao, ecco, aycof,
            xlcof, con41, x1mth2, x7thm1, cosio, sinio,
        ) = coefficients[satellite]  # fmt: skip
        epoch = epoch_min[satellite]
        for k in range(moments):
            t = time_min[k] - epoch
            # Secular gravity and drag.
            t2 = t * t
            xmdf = mo + mdot * t
            nodem = nodeo + nodedot * t + nodecf * t2
            cos_xmdf = _sincos(xmdf)[1]
            bulge = 1 + eta * cos_xmdf
            shift = omgcof * t + xmcof * (bulge * bulge * bulge - delmo)
            mm = xmdf + shift
            argpm = argpo + argpdot * t - shift
            tempa = 1 - cc1 * t - t2 * (d2 + t * (d3 + t * d4))
            tempe = bstar_cc4 * t + bstar_cc5 * (_sincos(mm)[0] - sinmao)
            templ = t2 * (t2cof + t * (t3cof + t * (t4cof + t * t5cof)))
            am = ao * tempa * tempa
            lost = ecco - tempe
            em = lost if lost > _TINY_E else _TINY_E
            # Long-period terms.
            sin_argp, cos_argp = _sincos(argpm)
            axnl = em * cos_argp
            per_am = 1 / (am * (1 - em * em))
            aynl = em * sin_argp + per_am * aycof
            u = mm + no * templ + argpm + per_am * xlcof * axnl
            # Kepler's equation by Newton's method: from e < 0.1 three steps reach 1e-15, and the
            # last is so short that the slope need not be found anew.
            sin_e, cos_e = _sincos(u)
            step = (axnl * sin_e - aynl * cos_e) / (1 - cos_e * axnl - sin_e * aynl)
            beyond = step
            sin_e, cos_e = _turned(sin_e, cos_e, step)
            per_slope = 1 / (1 - cos_e * axnl - sin_e * aynl)
            for _ in range(2):
                step = (axnl * sin_e - aynl * cos_e - beyond) * per_slope
                beyond += step
                sin_e, cos_e = _turned(sin_e, cos_e, step)
            # Short-period terms.
            ecose = axnl * cos_e + aynl * sin_e
            esine = axnl * sin_e - aynl * cos_e
            el2 = axnl * axnl + aynl * aynl
            pl = am * (1 - el2)
            rl = am * (1 - ecose)
            betal = np.sqrt(1 - el2)
            temp = esine / (1 + betal)
            per_rl = am / rl
            sin_u = per_rl * (sin_e - aynl - axnl * temp)
            cos_u = per_rl * (cos_e - axnl + aynl * temp)
            sin_2u, cos_2u = 2 * cos_u * sin_u, 1 - 2 * sin_u * sin_u
            per_pl = 1 / pl
            temp1 = 0.5 * _J2 * per_pl
            temp2 = temp1 * per_pl
            mrt = rl * (1 - 1.5 * temp2 * betal * con41) + 0.5 * temp1 * x1mth2 * cos_2u
            sin_su, cos_su = _turned(sin_u, cos_u, -0.25 * temp2 * x7thm1 * sin_2u)
            sin_node, cos_node = _sincos(nodem)
            sin_node, cos_node = _turned(sin_node, cos_node, 1.5 * temp2 * cosio * sin_2u)
            sin_i, cos_i = _turned(sinio, cosio, 1.5 * temp2 * cosio * sinio * cos_2u)
            wrong = (mrt < 1.0) | (lost < -0.001) | (lost >= 1.0)
            radius = np.nan if wrong else mrt * _RADIUS_KM
            x[k] = radius * (cos_node * cos_su - sin_node * cos_i * sin_su)
            y[k] = radius * (sin_node * cos_su + cos_node * cos_i * sin_su)
            z[k] = radius * sin_i * sin_su
        for k in range(moments):
            found[k, 0, satellite] = x[k]
            found[k, 1, satellite] = y[k]
            found[k, 2, satellite] = z[k]
