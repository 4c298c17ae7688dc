#!/usr/bin/env python3
"""Writes the golden file of tuning budgets and performance profiles.

    pip install numpy
    python3 toolkit/src/test/golden/make_rankings.py

Nothing here follows the toolkit's formulas: a budget is computed by going through all subsets of the trials, the score of a
profile by summing a finely cut integral between its steps, and a time to a target by a search along the interpolated curve.
"""
import itertools
import json
import math
import pathlib
import platform
import random
import statistics

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
CHANCE = 10.0
BACKBONES = ["alpha", "beta", "gamma", "delta", "epsilon"]
OPTIMIZERS = ["sgd", "adam", "lion", "lamb"]
LIMIT = 4.0


def expected_best(trials, n):
    """The mean test result over all subsets of n trials of the trial with the best validation result, or of those."""
    total, count = 0.0, 0
    for subset in itertools.combinations(trials, n):
        alive = [t for t in subset if t[0] is not None]
        best = max((t[0] for t in alive), default=None)
        total += statistics.fmean(t[1] for t in alive if t[0] == best) if alive else CHANCE
        count += 1
    return total / count


def first_reach(curve, target):
    """The number of evaluations at which a polygon through the evaluations is at the target for the first time."""
    if curve[0] >= target:
        return 1.0
    for i in range(1, len(curve)):
        low, high = curve[i - 1], curve[i]
        if low < target <= high:
            return i + (target - low) / (high - low)
    return math.inf


def score(costs):
    """The mean height of each profile from ratio 1 to the limit, cut at every ratio at which a profile steps."""
    ratios = {o: [] for o in OPTIMIZERS}
    for b in BACKBONES:
        best = min(statistics.median(costs[b][o]) for o in OPTIMIZERS)
        for o in OPTIMIZERS:
            mine = statistics.median(costs[b][o])
            ratios[o].append(mine / best if math.isfinite(mine) else math.inf)
    out = {}
    for o in OPTIMIZERS:
        cuts = sorted({1.0, LIMIT} | {r for r in ratios[o] if 1 < r < LIMIT})
        area = 0.0
        for left, right in zip(cuts, cuts[1:]):
            height = sum(r <= left for r in ratios[o]) / len(BACKBONES)
            area += height * (right - left)
        out[o] = area / (LIMIT - 1)
    return out


def number(x):
    return x if math.isfinite(x) else "Infinity"


def main():
    draw = random.Random(7)
    trials, curves = [], []
    for b in BACKBONES:
        for o in OPTIMIZERS:
            level = draw.uniform(60, 85)
            own = []
            for lr in range(5):
                dead = draw.random() < 0.15
                value = None if dead else float(round(level + draw.gauss(0, 4)))
                own.append([value, CHANCE if dead else value + draw.gauss(0, 1)])
            trials.append({
                "backbone": b, "optimizer": o, "trials": own,
                "expected": [expected_best([tuple(t) for t in own], n) for n in range(1, 6)],
            })
            for seed in range(3):
                end = level + draw.gauss(0, 1.5)
                curve = [end - 20 * draw.uniform(0.8, 1.2) * math.exp(-k) for k in range(5)]
                curves.append({"backbone": b, "optimizer": o, "seed": seed, "curve": curve})
    panel = ["sgd", "adam"]
    targets = {b: max(statistics.median(c["curve"][-1] for c in curves if c["backbone"] == b and c["optimizer"] == o)
                      for o in panel) for b in BACKBONES}
    costs = {b: {o: [] for o in OPTIMIZERS} for b in BACKBONES}
    for c in curves:
        c["evaluations"] = first_reach(c["curve"], targets[c["backbone"]])
        costs[c["backbone"]][c["optimizer"]].append(c["evaluations"])
        c["evaluations"] = number(c["evaluations"])
    golden = {"reference": {"name": "Python's itertools and statistics", "version": platform.python_version()},
              "chance": CHANCE, "panel": panel, "limit": LIMIT, "trials": trials, "curves": curves,
              "targets": targets, "scores": score(costs)}
    (GOLDEN / "rankings.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
