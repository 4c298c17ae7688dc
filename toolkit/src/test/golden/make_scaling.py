#!/usr/bin/env python3
"""Writes the golden file of the scaling laws fitted to the 36 published losses.

    pip install numpy scipy
    python3 toolkit/src/test/golden/make_scaling.py

SciPy searches all parameters at once, by methods that share nothing with variable projection: least squares by its trust
region, Huber's terms by the simplex, each from several starts, and the best is kept. The frontier is taken here anew.
"""
import csv
import itertools
import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import least_squares, minimize

TESTS = pathlib.Path(__file__).resolve().parent.parent
PAPER = TESTS.parent / "main" / "resources" / "org" / "backbonelab" / "statistics"
DELTA = 1e-3


def rows(name):
    with open(PAPER / f"nfnets-{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frontier(x, y):
    best, kept = np.inf, []
    for i in np.argsort(x, kind="stable"):
        if y[i] < best:
            best = y[i]
            kept.append(i)
    return x[kept], y[kept]


def aicc(squares, n, parameters):
    k = parameters + 1
    return n * np.log(squares / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def squares(residuals, starts):
    fits = [least_squares(residuals, s, bounds=([0] * len(s), [np.inf] * len(s)), xtol=1e-15, ftol=1e-15, gtol=1e-15,
                          max_nfev=20000) for s in starts]
    return min(fits, key=lambda fit: fit.cost).x


def huber(residuals, starts):
    def misfit(p):
        if min(p) < 0:
            return np.inf
        size = np.abs(residuals(p))
        return np.where(size <= DELTA, size ** 2 / 2, DELTA * (size - DELTA / 2)).sum()

    best = None
    for start in starts:
        at = np.array(start, float)
        for _ in range(12):
            fit = minimize(misfit, at, method="Nelder-Mead",
                           options={"xatol": 1e-12, "fatol": 1e-18, "maxiter": 50000, "maxfev": 50000})
            at = fit.x
        best = fit if best is None or fit.fun < best.fun else best
    return best.x


def main():
    sizes = {row["network"]: float(row["params"]) for row in rows("sizes")}
    losses = rows("losses")
    hours, loss, epochs = (np.array([float(row[c]) for row in losses]) for c in ("core_hours", "loss", "epochs"))
    size = np.array([sizes[row["network"]] for row in losses])
    x, y = frontier(hours, loss)
    b, a = np.polyfit(np.log(x), np.log(y), 1)
    pure = ((np.log(y) - a - b * np.log(x)) ** 2).sum()
    cases = {"power": {"a": np.exp(a), "b": b, "log_rmse": np.sqrt(pure / len(x)), "aicc": aicc(pure, len(x), 2)}}

    x0 = np.exp(np.log(x).mean())
    n, d = size / np.exp(np.log(size).mean()), epochs / np.exp(np.log(epochs).mean())

    def floored(p):
        return np.log((p[0] + p[1] * (x / x0) ** -p[2]) / y)

    def surface(p):
        return np.log((p[0] + p[1] * n ** -p[2] + p[3] * d ** -p[4]) / loss)

    floored_starts = [[e, 2.6 - e, b] for e, b in itertools.product((0.1, 1, 2), (0.05, 0.1, 0.3))]
    surface_starts = [[e, 0.3, a, 0.3, b] for e, a, b in itertools.product((1, 2), (0.2, 0.5), (0.2, 0.4))]
    for name, fit in (("squares", squares), ("huber", huber)):
        p = fit(floored, floored_starts)
        sum_ = (floored(p) ** 2).sum()
        cases["floored_" + name] = {"floor": p[0], "a": p[1], "b": p[2], "log_rmse": np.sqrt(sum_ / len(x)),
                                    "aicc": aicc(sum_, len(x), 3)}
        p = fit(surface, surface_starts)
        sum_ = (surface(p) ** 2).sum()
        cases["surface_" + name] = {"floor": p[0], "alpha": p[2], "beta": p[4], "log_rmse": np.sqrt(sum_ / len(loss)),
                                    "size_exponent": p[4] / (p[2] + p[4])}
    out = {"reference": {"name": "scipy", "version": scipy.__version__},
           "cases": {name: {key: float(f"{value:.9g}") for key, value in case.items()} for name, case in cases.items()}}
    (TESTS / "resources" / "golden" / "scaling.json").write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
