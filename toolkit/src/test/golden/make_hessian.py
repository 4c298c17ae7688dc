#!/usr/bin/env python3
"""Writes golden/hessian.json: all eigenvalues of the Hessian of a trained network's loss, in float64.

    pip install torch
    python3 toolkit/src/test/golden/make_hessian.py

The function: 20 images of 1 channel and 4 x 4 pixels, fc1 (16 to 8), tanh, fc2 (8 to 5), mean softmax cross-entropy with
the labels 0 1 2 3 4 0 1 ... Parameter k of fc1.weight, fc1.bias, fc2.weight, fc2.bias, counted from 1, starts at
0.5 value(i, k), the images are value(i, 100); with value(i, salt) of make_optimizers.py. Fifty steps of gradient descent
at learning rate 0.5 lead to the weights in the file, rounded to float32: few directions are steep then, and most are flat,
as after any training. The Hessian there is torch's, and its eigenvalues are LAPACK's.
"""
import json
import pathlib

import torch

from make_optimizers import value

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "hessian.json"
SHAPES = {"fc1.weight": (8, 16), "fc1.bias": (8,), "fc2.weight": (5, 8), "fc2.bias": (5,)}
IMAGES, STEPS, RATE = 20, 50, 0.5


def filled(shape, salt, scale):
    count = torch.Size(shape).numel()
    return torch.tensor([scale * value(i, salt) for i in range(count)], dtype=torch.float64).reshape(shape)


def loss(flat):
    parts = flat.split([torch.Size(s).numel() for s in SHAPES.values()])
    w1, b1, w2, b2 = (part.reshape(shape) for part, shape in zip(parts, SHAPES.values()))
    hidden = torch.tanh(filled((IMAGES, 16), 100, 1.0) @ w1.T + b1)
    return torch.nn.functional.cross_entropy(hidden @ w2.T + b2, torch.arange(IMAGES) % 5)


def main():
    flat = torch.cat([filled(s, k, 0.5).reshape(-1) for k, s in enumerate(SHAPES.values(), 1)])
    for _ in range(STEPS):
        flat = flat.detach().requires_grad_()
        gradient, = torch.autograd.grad(loss(flat), flat)
        flat = flat - RATE * gradient
    flat = flat.detach().float().double()
    eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, flat))
    case = {"weights": [float(f"{v:.9g}") for v in flat], "loss": [loss(flat).item()],
            "eigenvalues": [float(f"{v:.12g}") for v in eigenvalues]}
    reference = {"name": "torch", "version": torch.__version__, "precision": "float64"}
    OUT.write_text(json.dumps({"reference": reference, "cases": {"trained": case}}) + "\n")
    print(loss(flat).item(), eigenvalues[:3].tolist(), eigenvalues[-3:].tolist())


if __name__ == "__main__":
    main()
