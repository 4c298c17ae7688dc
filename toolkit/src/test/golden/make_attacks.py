#!/usr/bin/env python3
"""Writes golden/attacks.json: images that torchattacks' FGSM and PGD make of those of a small trained network.

    pip install torch torchattacks
    python3 toolkit/src/test/golden/make_attacks.py

The network is that of golden/hessian.json (make_hessian.py says how it is made), on pixels normalised by mean 0.4 and
deviation 0.25. Pixel i of the 20 images is 0.5 + 0.55 value(i, 101), cut to 0 and 1: a few are at the ends of their range.
Epsilon is 0.1; PGD makes ten steps of 0.03 from the image itself.
"""
import json
import pathlib

import torch
import torchattacks

from make_hessian import IMAGES, SHAPES
from make_optimizers import value

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
EPSILON, LENGTH, STEPS = 0.1, 0.03, 10


class Net(torch.nn.Module):
    def __init__(self, flat):
        super().__init__()
        parts = flat.split([torch.Size(s).numel() for s in SHAPES.values()])
        self.parts = torch.nn.ParameterList(p.reshape(s) for p, s in zip(parts, SHAPES.values()))

    def forward(self, pixels):
        w1, b1, w2, b2 = self.parts
        x = ((pixels - 0.4) / 0.25).flatten(1)
        return torch.tanh(x @ w1.T + b1) @ w2.T + b2


def main():
    trained = json.loads((GOLDEN / "hessian.json").read_text())["cases"]["trained"]
    net = Net(torch.tensor(trained["weights"], dtype=torch.float64)).eval()
    pixels = torch.tensor([0.5 + 0.55 * value(i, 101) for i in range(IMAGES * 16)], dtype=torch.float64)
    pixels = pixels.clamp(0, 1).reshape(IMAGES, 1, 4, 4)
    labels = torch.arange(IMAGES) % 5
    attacks = {
        "fgsm": torchattacks.FGSM(net, eps=EPSILON),
        "pgd": torchattacks.PGD(net, eps=EPSILON, alpha=LENGTH, steps=STEPS, random_start=False),
    }
    cases = {}
    for name, attack in attacks.items():
        moved = attack(pixels, labels)
        cases[name] = {"pixels": [float(f"{v:.7g}") for v in moved.flatten()]}
        print(name, (net(moved).argmax(1) == labels).double().mean().item(), (moved - pixels).abs().max().item())
    reference = {"name": "torchattacks", "version": torchattacks.__version__, "precision": "float64"}
    (GOLDEN / "attacks.json").write_text(json.dumps({"reference": reference, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
