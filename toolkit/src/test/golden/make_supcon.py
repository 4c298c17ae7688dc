#!/usr/bin/env python3
"""Writes the golden file of the supervised contrastive loss.

    pip install torch
    python3 toolkit/src/test/golden/make_supcon.py

Equation 2 of arXiv 2004.11362 (the sum outside of the logarithm), written anchor by anchor in PyTorch in float64, with
autograd's gradient; an anchor without a positive has the loss 0 and counts in the mean.
"""
import json
import pathlib

import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
CASES = {
    "pairs": ([0, 1, 0, 1, 2, 2], 0.1),
    "one_without_a_positive": ([0, 1, 1, 1, 2, 0], 0.1),
    "no_positive_at_all": ([0, 1, 2, 3], 0.5),
    "one_class": ([4, 4, 4, 4, 4], 0.07),
}


def loss(z, labels, temperature):
    z = torch.nn.functional.normalize(z, dim=1)
    terms = []
    for i in range(len(labels)):
        positives = [p for p in range(len(labels)) if p != i and labels[p] == labels[i]]
        others = torch.stack([z[i] @ z[a] / temperature for a in range(len(labels)) if a != i])
        inner = [z[i] @ z[p] / temperature - torch.logsumexp(others, 0) for p in positives]
        terms.append(-torch.stack(inner).mean() if inner else z.sum() * 0)
    return torch.stack(terms).mean()


def case(labels, temperature):
    generator = torch.Generator().manual_seed(len(labels))
    z = torch.randn(len(labels), 3, generator=generator, dtype=torch.float64) * 2
    z = torch.round(z * 100) / 100
    z.requires_grad_(True)
    value = loss(z, labels, temperature)
    value.backward()
    return {
        "labels": labels,
        "temperature": temperature,
        "z": z.detach().flatten().tolist(),
        "loss": value.item(),
        "gradient": z.grad.flatten().tolist(),
    }


golden = {
    "reference": {"name": "torch", "version": torch.__version__},
    "cases": {name: case(*c) for name, c in CASES.items()},
}
(OUT / "supcon.json").write_text(json.dumps(golden, indent=1) + "\n")
