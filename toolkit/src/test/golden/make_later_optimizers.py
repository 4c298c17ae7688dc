#!/usr/bin/env python3
"""Writes golden/optimizers/<name>.json of the optimizers that came after the BOCB paper, by their authors' code.

    /usr/bin/python3 toolkit/src/test/golden/make_later_optimizers.py REFERENCES

REFERENCES is a folder with git clones of konstmish/prodigy, facebookresearch/schedule_free, KellerJordan/Muon and
nikhilvyas/SOAP. Nothing of them is copied here. The problem is that of make_optimizers.py.
"""
import importlib
import pathlib
import sys

import torch

from make_optimizers import commit, run, write, write_all


def authors(root, repository, path):
    """The reference and the module of an authors' repository."""
    name = repository.split("/")[1]
    sys.path.insert(0, str((root / name / path).parent))
    return {"name": repository, "version": commit(root / name)}, importlib.import_module(pathlib.Path(path).stem)


def schedule_free(root):
    """Case "evaluated" has the weights of "decay" where they are evaluated."""
    reference, module = authors(root, "facebookresearch/schedule_free", "schedulefree/adamw_schedulefree.py")
    lr, decay = 0.01, 0.5

    def make(groups, lr):
        return module.AdamWScheduleFree(groups, lr, foreach=False)

    def train(optimizer):
        optimizer.train()
        optimizer.step()

    def train_and_evaluate(optimizer):
        train(optimizer)
        optimizer.eval()

    write("schedulefree_adamw", reference, lr, decay, {
        "plain": run(make, lr, 0.0, step=train), "decay": run(make, lr, decay, step=train),
        "evaluated": run(make, lr, decay, step=train_and_evaluate)})


def muon(root):
    """Matrices are hidden, the rest is AdamW's at the README's share of the rate; in float64 where the code says bfloat16."""
    reference, module = authors(root, "KellerJordan/Muon", "muon.py")
    share = 3e-4 / 0.02

    def make(groups, lr):
        return module.SingleDeviceMuonWithAuxAdam([
            {"params": [w for w in group["params"] if (w.dim() > 1) == hidden], "use_muon": hidden,
             "lr": lr, "weight_decay": group["weight_decay"]} for group in groups for hidden in (True, False)])

    def rates(optimizer, tensors, t):
        for group in optimizer.param_groups:
            group["lr"] *= 1 if group["use_muon"] else share

    torch.Tensor.bfloat16 = lambda self: self
    write_all(reference, {"muon": (make, 0.02, 0.5, {"before": rates})})


def main(root):
    torch.set_default_dtype(torch.float64)
    reference, prodigy = authors(root, "konstmish/prodigy", "prodigyopt/prodigy.py")
    write_all(reference, {"prodigy": (lambda p, lr: prodigy.Prodigy(p, lr), 1.0, 0.5)})
    schedule_free(root)
    muon(root)
    reference, soap = authors(root, "nikhilvyas/SOAP", "soap.py")
    torch.Tensor.float = lambda self: self  # eigenbases in float64, as all else
    # Where gradients leave directions empty, eigenvectors are arbitrary and the code divides rounding errors by epsilon.
    write_all(reference, {"soap": (lambda p, lr: soap.SOAP(p, lr), 0.01, 0.5, {"without": ("orthogonal",)})})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
