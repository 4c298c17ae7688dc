#!/usr/bin/env python3
"""Writes golden/density.json: top eigenvalues, trace and density as PyHessian finds them, in float64.

    pip install torch numpy pyhessian
    python3 toolkit/src/test/golden/make_density.py PYHESSIAN

PYHESSIAN is a git clone of amirgholami/PyHessian, of which density_plot.py is run: the package on PyPI lacks it. Nothing
of it is copied here. The network, its weights and its images are those of golden/hessian.json, which make_hessian.py
writes. The eigenvalues are asked for with a tolerance of 1e-7; the trace is the mean of 1,000 products, with its standard
error. The curve is that of a few nodes and weights of one start, every hundredth of its 10,000 points.
"""
import json
import math
import pathlib
import sys
import types

import numpy
import torch
from pyhessian import hessian

from make_hessian import IMAGES, OUT as TRAINED, SHAPES, filled

OUT = TRAINED.with_name("density.json")
NODES = [[-0.12, 0.0, 0.001, 0.3, 1.7, 2.4]]
WEIGHTS = [[0.05, 0.6, 0.2, 0.1, 0.03, 0.02]]


def network():
    net = torch.nn.Sequential(torch.nn.Linear(16, 8), torch.nn.Tanh(), torch.nn.Linear(8, 5)).double()
    flat = torch.tensor(json.loads(TRAINED.read_text())["cases"]["trained"]["weights"], dtype=torch.float64)
    parts = flat.split([math.prod(shape) for shape in SHAPES.values()])
    with torch.no_grad():
        for parameter, part in zip(net.parameters(), parts):
            parameter.copy_(part.reshape(parameter.shape))
    return net


def density_plot(folder):
    for name in ("matplotlib", "matplotlib.pyplot"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["matplotlib"].use = lambda backend: None
    sys.path.insert(0, folder)
    import density_plot as module
    return module


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    data = (filled((IMAGES, 16), 100, 1.0), torch.arange(IMAGES) % 5)
    found = hessian(network(), torch.nn.CrossEntropyLoss(), data=data, cuda=False)
    eigenvalues, _ = found.eigenvalues(maxIter=10_000, tol=1e-7, top_n=5)
    # A tolerance below 0 never stops it.
    products = numpy.array(found.trace(maxIter=1000, tol=-1))
    values, grid = density_plot(sys.argv[1]).density_generate(NODES, WEIGHTS)
    case = {"eigenvalues": eigenvalues,
            "trace": [products.mean(), products.std(ddof=1) / math.sqrt(len(products))],
            "nodes": NODES[0], "weights": WEIGHTS[0],
            "grid": grid[::100].tolist(), "values": [float(f"{v:.9g}") for v in values[::100]]}
    reference = {"name": "pyhessian", "version": "0.1", "torch": torch.__version__, "precision": "float64"}
    OUT.write_text(json.dumps({"reference": reference, "cases": {"trained": case}}) + "\n")
    print(case["eigenvalues"], case["trace"])


if __name__ == "__main__":
    main()
