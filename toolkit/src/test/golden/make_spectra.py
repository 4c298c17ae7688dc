#!/usr/bin/env python3
"""Writes the golden file of the weights' patterns over depth: an implementation of its own, with NumPy alone.

    apt-get install -y --no-install-recommends python3-numpy
    /usr/bin/python3 toolkit/src/test/golden/make_spectra.py

Weights follow the rule of make_golden.py, value i = 0.5 sin(phase + 0.37 i^2), in float32; row r of some of them is divided
by (1 + r)^decay, so that their spectra have tails. The exponent is fitted from its definition, without shortcuts: every
eigenvalue but the last is tried as the start of the tail.
"""
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
# name: shape, phase, decay of rows
CASES = {
    "linear": ((48, 96), 1, 0.0),
    "linear tall": ((120, 40), 2, 0.0),
    "linear heavy": ((64, 64), 3, 0.6),
    "linear steep": ((64, 64), 4, 1.5),
    "conv 3x3": ((32, 16, 3, 3), 5, 0.0),
    "conv 3x3 heavy": ((48, 24, 3, 3), 6, 0.8),
    "depthwise 7x7": ((24, 1, 7, 7), 7, 0.0),
    "depthwise 3x3, too few": ((24, 1, 3, 3), 8, 0.0),
    "linear, too few": ((6, 30), 9, 0.0),
}


def weight(shape, phase, decay):
    i = np.arange(np.prod(shape), dtype=np.float64)
    w = (0.5 * np.sin(phase + 0.37 * i * i)).astype(np.float32).reshape(shape)
    rows = (np.arange(1, shape[0] + 1, dtype=np.float64) ** -decay).astype(np.float32)
    return w * rows.reshape([-1] + [1] * (len(shape) - 1))


def eigenvalues(w):
    matrices = [w] if w.ndim == 2 else [w[:, :, y, x] for y in range(w.shape[2]) for x in range(w.shape[3])]
    return np.concatenate([np.linalg.svd(m.astype(np.float64), compute_uv=False) ** 2 for m in matrices])


def tail(values):
    x = np.sort(values)
    found = []
    for start in range(len(x) - 1):
        part = x[start:]
        n = len(part)
        alpha = 1 + n / np.sum(np.log(part / part[0]))
        law = 1 - (part / part[0]) ** (1 - alpha)
        distance = np.max(np.abs(law - np.arange(n) / n))
        found.append((distance, alpha, part[0], (alpha - 1) / np.sqrt(n)))
    return min(found)


def entropy(w):
    edges = np.linspace(-1, 1, 257)
    counts, _ = np.histogram(np.clip(w.astype(np.float64), -1, 1), bins=edges)
    p = counts[counts > 0] / w.size
    return -np.sum(p * np.log(p))


def energy(w):
    filters = w.astype(np.float64).reshape(w.shape[0], -1)
    values = np.sort(np.linalg.eigvalsh(np.cov(filters, rowvar=False)))[::-1]
    return np.sum(values[:5]) / np.sum(values)


def case(shape, phase, decay):
    w = weight(shape, phase, decay)
    e = eigenvalues(w)
    out = {"shape": list(shape), "rule": [phase, decay], "eigenvalues": len(e)}
    out["rest"] = [entropy(w), np.sqrt(np.sum(w.astype(np.float64) ** 2)), energy(w)]
    if len(e) >= 10:
        distance, alpha, start, sigma = tail(e)
        out["tail"] = [alpha, start, distance, sigma]
    return out


def main():
    document = {
        "reference": {"name": "NumPy", "version": np.__version__},
        "cases": {name: case(*rule) for name, rule in CASES.items()},
    }
    (OUT / "spectra.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
