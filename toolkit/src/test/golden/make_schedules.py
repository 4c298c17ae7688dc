#!/usr/bin/env python3
"""Writes the golden file of the learning-rate schedules and of the decay of the weights' moving average.

    pip install torch timm
    python3 toolkit/src/test/golden/make_schedules.py

A run of 12 epochs of 5 steps, warm-up 10 steps where there is one, base rate 0.2. torch.optim.lr_scheduler gives what
it has; mmcv's rule (the warm-up multiplies a decay whose clock runs from the first step) is its formula, from its
documentation: lr = regular * (1 - (1 - t / warmup) * (1 - ratio)). timm's CosineLRScheduler is stepped once an update, in
both of its conventions.
"""
import json
import math
import pathlib
import warnings

import timm
import torch
from timm.scheduler import CosineLRScheduler
from torch.optim import lr_scheduler as lrs

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
BASE, EPOCH, EPOCHS, WARMUP = 0.2, 5, 12, 10
TOTAL = EPOCH * EPOCHS


def run(make, per_epoch=False):
    """The rate of every step; a scheduler per epoch is stepped after each fifth."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = make(optimizer)
    out = []
    for step in range(TOTAL):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if not per_epoch or step % EPOCH == EPOCH - 1:
            scheduler.step()
    return out


def warmed(start, make):
    """Linear warm-up, then a schedule whose clock starts after it."""
    return lambda o: lrs.SequentialLR(
        o, [lrs.LinearLR(o, start, 1.0, WARMUP), make(o)], milestones=[WARMUP])


def cosine(t_max, floor=0.0):
    return lambda o: lrs.CosineAnnealingLR(o, t_max, eta_min=floor * BASE)


def linear(total, end=0.0):
    return lambda o: lrs.LinearLR(o, 1.0, end, total)


def mmcv(ratio, floor, per_epoch):
    out = []
    for step in range(TOTAL):
        progress = (step // EPOCH) / EPOCHS if per_epoch else step / TOTAL
        regular = floor * BASE + 0.5 * (1 - floor) * BASE * (1 + math.cos(math.pi * progress))
        if step < WARMUP:
            regular *= 1 - (1 - step / WARMUP) * (1 - ratio)
        out.append(regular)
    return out


def timms(prefix, start, floor):
    """The warm-up stands before the schedule (prefix), or is cut out of it."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    scheduler = CosineLRScheduler(
        optimizer, t_initial=TOTAL - WARMUP if prefix else TOTAL, lr_min=floor * BASE, warmup_t=WARMUP,
        warmup_lr_init=start * BASE, warmup_prefix=prefix, t_in_epochs=False)
    out = []
    for step in range(TOTAL):
        scheduler.step_update(step)
        out.append(optimizer.param_groups[0]["lr"])
    return out


def schedules():
    return {
        "constant": run(lambda o: lrs.LambdaLR(o, lambda _: 1.0)),
        "cosine": run(cosine(TOTAL)),
        "cosine floor": run(cosine(TOTAL, 0.01)),
        "cosine per epoch": run(cosine(EPOCHS), per_epoch=True),
        "linear": run(linear(TOTAL)),
        "linear floor": run(linear(TOTAL, 0.1)),
        "step per epoch": run(lambda o: lrs.MultiStepLR(o, [4, 8, 11], 0.1), per_epoch=True),
        "step": run(lambda o: lrs.MultiStepLR(o, [18, 45], 0.3)),
        "cosine after warm-up": run(warmed(1e-3, cosine(TOTAL - WARMUP, 0.01))),
        "linear after warm-up": run(warmed(1e-3, linear(TOTAL - WARMUP))),
        "mmcv": mmcv(1e-5, 1e-3, False),
        "mmcv per epoch": mmcv(1e-5, 0.0, True),
        "timm": timms(False, 1e-3, 0.01),
        "timm from zero": timms(False, 0.0, 0.0),
        "timm with prefix": timms(True, 1e-3, 0.01),
    }


def averages():
    """Decay at update t, t from 1, 0 at the first of timm's: its ModelEmaV3 without and with warm-up (gamma 1, power
    2/3), and TensorFlow's warm-up, as NFNets use it."""
    steps = [1, 2, 3, 10, 100, 1000, 31623, 1000000]
    power = [0.0 if t == 1 else min(0.9999, 1 - t ** (-2 / 3)) for t in steps]
    return {
        "steps": [float(t) for t in steps],
        "constant": [0.0 if t == 1 else 0.9999 for t in steps],
        "power": power,
        "rational": [min(0.99999, (1 + t) / (10 + t)) for t in steps],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    reference = {"name": "torch", "version": torch.__version__, "timm": timm.__version__, "precision": "float64"}
    cases = {k: {"lr": [float(f"{v:.12g}") for v in values]} for k, values in schedules().items()}
    cases["averages"] = averages()
    text = json.dumps({"reference": reference, "cases": cases}, separators=(",", ":"))
    (OUT / "schedules.json").write_text(text.replace('},"', '},\n"') + "\n")
