#!/usr/bin/env python3
"""Writes golden/optimizers/<name>.json: fifty steps of every optimizer by a reference that is not ours.

    apt-get install -y --no-install-recommends python3-torch git
    /usr/bin/python3 toolkit/src/test/golden/make_optimizers.py REFERENCES

REFERENCES is a folder with git clones of huggingface/pytorch-image-models as timm, Luolc/AdaBound as AdaBound,
Liuhong99/Sophia as Sophia and Westlake-AI/openmixup as openmixup, and as torch the folder of that name of an unpacked
release of torch that has Adafactor (2.5 or newer; only torch/version.py and torch/optim/_adafactor.py are read, the
latter runs under the installed torch). Nothing of them is copied here. make_later_optimizers.py makes what came after the
BOCB paper.

Weights and gradients follow one rule of integers, so that float32 and float64 see the same numbers:

    value(i, salt) = ((7919 i^2 + 31 i + 104729 salt) mod 65536) / 32768 - 1        i = position in the flat tensor
    weight   of tensor k:                value(i, k + 1)
    gradient of tensor k at step t:      value(i, 1000 t + k) * 2^exponent
    gradient of sampled labels, step t:  value(i, 1000 t + 500 + k) * 2    (Sophia, before steps 1, 11, ...)

k counts from 0 in the order of TENSORS. The exceptions stand in `weight` and `gradient`: gradients that are zero, huge,
tiny or at right angles to the weights. The learning rate is halved after 25 steps, which shows where it stands relative
to the momentum. Case "decay": the tensors of EXEMPT are not decayed. Everything runs in float64.

org.backbonelab.optim.OptimizerProblem is the Java side of the rule.
"""
import importlib
import json
import math
import pathlib
import sys
import types
from subprocess import PIPE, run as run_program

import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "optimizers"
TENSORS = {
    "scalar": (), "vector": (5,), "matrix": (3, 4), "kernel": (2, 3, 3, 3), "zero": (4, 5), "sparse": (6,),
    "huge": (3, 4), "vast": (3, 4), "tiny": (3, 4), "orthogonal": (2, 4), "fresh": (4,)}
EXEMPT = {"vector", "tiny"}
STEPS = 50
SHOWN = (1, 2, 10, 25, 50)
IMAGES = 128
ADAM = {"betas": (0.9, 0.999), "eps": 1e-8}


def value(i, salt):
    return ((7919 * i * i + 31 * i + 104729 * salt) % 65536) / 32768 - 1


def tensor(name, f):
    shape = TENSORS[name]
    return torch.tensor([f(i) for i in range(math.prod(shape))], dtype=torch.float64).reshape(shape)


def weight(k, name):
    """Tensor "orthogonal" is zero where its gradient is not: what projection is for; "fresh" is zero at the start."""
    def zero(i):
        return name == "fresh" or name == "orthogonal" and i % 4 >= 2

    scale = 2.0 ** -20 if name == "tiny" else 1.0
    return tensor(name, lambda i: 0.0 if zero(i) else value(i, k + 1) * scale)


def gradient(k, name, t):
    def zero(i):
        return (name == "zero"
                or name == "sparse" and (t % 4 == 1 or i == 4 or (i + t) % 3 == 0)
                or name == "orthogonal" and i % 4 < 2)

    exponent = 0
    if name == "huge" and t % 2 == 0:
        exponent = 20
    if name == "vast" and t % 10 == 0:
        exponent = 40  # its square still fits in float32
    if name == "tiny":
        exponent = -20
    return tensor(name, lambda i: 0.0 if zero(i) else value(i, 1000 * t + k) * 2.0 ** exponent)


def curvature_gradient(k, name, t):
    return tensor(name, lambda i: 0.0 if name == "zero" else value(i, 1000 * t + 500 + k) * 2)


def run(make, lr, decay, before=None, step=None, scalar=(), without=()):
    """Weights at the shown steps.

    before(optimizer, tensors, t) comes before each step; step(optimizer) replaces optimizer.step(); scalar is the shape
    of tensor "scalar" where a reference cannot have rank 0; without names tensors that it cannot do.
    """
    shapes = {**TENSORS, "scalar": scalar}
    number = {n: k for k, n in enumerate(TENSORS) if n not in without}
    tensors = {n: weight(k, n).reshape(shapes[n]).requires_grad_() for n, k in number.items()}
    groups = [{"params": [w for n, w in tensors.items() if n not in EXEMPT], "weight_decay": decay},
              {"params": [w for n, w in tensors.items() if n in EXEMPT], "weight_decay": 0.0}]
    optimizer = make(groups, lr)
    out = {}
    for t in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = lr if t <= 25 else lr / 2
        if before:
            before(optimizer, tensors, t)
        for n, w in tensors.items():
            w.grad = gradient(number[n], n, t).reshape(w.shape)
        (step or (lambda o: o.step()))(optimizer)
        if t in SHOWN:
            out[str(t)] = {n: w.detach().reshape(-1).tolist() for n, w in tensors.items()}
            assert all(math.isfinite(v) for values in out[str(t)].values() for v in values), t
    return out


def decoupled(optimizer, tensors, t):
    """What newer releases of torch call decoupled_weight_decay, for a torch that lacks it; see `radam`."""
    with torch.no_grad():
        for group in optimizer.param_groups:
            for w in group["params"]:
                w.mul_(1 - group["lr"] * group["decoupled"])


def radam(groups, lr):
    for group in groups:
        group["decoupled"] = group.pop("weight_decay")
    return torch.optim.RAdam(groups, lr, weight_decay=0.0, **ADAM)


def curvature(optimizer, tensors, t):
    if (t - 1) % 10 == 0:
        for k, (n, w) in enumerate(tensors.items()):
            w.grad = curvature_gradient(k, n, t)
        optimizer.update_hessian()


def module(folder, package, name):
    """A single file of a package whose __init__ wants more than is installed."""
    if package not in sys.modules:
        sys.modules[package] = types.ModuleType(package)
        sys.modules[package].__path__ = [str(folder)]
    return importlib.import_module(f"{package}.{name}")


def commit(folder):
    return run_program(["git", "-C", folder, "rev-parse", "HEAD"], check=True, stdout=PIPE, text=True).stdout.strip()


class Timm:
    def __init__(self, root):
        self.reference = {"name": "timm (huggingface/pytorch-image-models)", "version": commit(root / "timm")}
        self.folder = root / "timm" / "timm" / "optim"

    def __getitem__(self, path):
        name, cls = path.split(".")
        return getattr(module(self.folder, "timm_optim", name), cls)


class OpenMixup:
    """The study's released code; it registers its classes with mmcv, for which a stand-in is enough."""

    def __init__(self, root):
        self.reference = {"name": "Westlake-AI/openmixup", "version": commit(root / "openmixup")}
        self.folder = root / "openmixup" / "openmixup" / "core" / "optimizers"
        builder = types.ModuleType("mmcv.runner.optimizer.builder")
        builder.OPTIMIZERS = types.SimpleNamespace(register_module=lambda: lambda cls: cls)
        for name in ("mmcv", "mmcv.runner", "mmcv.runner.optimizer"):
            sys.modules[name] = types.ModuleType(name)
        sys.modules[builder.__name__] = builder

    def __getitem__(self, path):
        name, cls = path.split(".")
        return getattr(module(self.folder, "openmixup_optim", name), cls)


class Adafactor(torch.optim.Optimizer):
    """Calls the single-tensor function of a newer torch; the class around it needs parts that older ones lack."""

    def __init__(self, groups, lr, function):
        super().__init__(groups, {"lr": lr})
        self.function = function

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                s = self.state[w]
                if not s:
                    shape = list(w.shape)
                    s["step"] = torch.zeros(())
                    s["row"] = torch.zeros(shape[:-1] + [1]) if w.dim() > 1 else None
                    s["col"] = torch.zeros(shape[:-2] + [1] + shape[-1:]) if w.dim() > 1 else None
                    s["variance"] = torch.zeros(shape) if w.dim() <= 1 else None
                self.function(
                    [w], [w.grad], [s["row"]], [s["col"]], [s["variance"]], [s["step"]], None, None, d=1.0,
                    lr=group["lr"], beta2_decay=-0.8, weight_decay=group["weight_decay"], eps1=1e-30, eps2=1e-3,
                    maximize=False, has_complex=False)


def adafactor(root):
    """Epsilon 1 is the paper's 1e-30: torch's default depends on the precision."""
    version = types.ModuleType("version")
    exec((root / "torch" / "version.py").read_text(), version.__dict__)
    shared = types.ModuleType("newer_torch_optim.optimizer")
    shared.__dict__.update(
        Optimizer=torch.optim.Optimizer, ParamsT=None, TensorListList=list, _params_doc="", _maximize_doc="",
        _get_scalar_dtype=None, _to_scalar=lambda x: x, _disable_dynamo_if_unsupported=lambda **_: lambda f: f)
    sys.modules[shared.__name__] = shared
    function = module(root / "torch" / "optim", "newer_torch_optim", "_adafactor")._single_tensor_adafactor
    reference = {"name": "torch.optim.Adafactor", "version": version.__version__}
    # The lower learning rate of the two is lr or 1 / sqrt(t): each has its turn before the rate is halved.
    write_all(reference, {"adafactor": (lambda p, lr: Adafactor(p, lr, function), 0.25, 0.02)})


def of_torch():
    """Multi-tensor NAdam: the single-tensor one of torch 1.13 multiplies by mu twice, which later releases mended."""
    o = torch.optim
    return {
        "sgd": (lambda p, lr: o.SGD(p, lr, momentum=0.9), 0.1, 0.05),
        "sgd_nesterov": (lambda p, lr: o.SGD(p, lr, momentum=0.9, nesterov=True), 0.1, 0.05),
        "adam": (lambda p, lr: o.Adam(p, lr, **ADAM), 0.01, 0.1),
        "adamax": (lambda p, lr: o.Adamax(p, lr, **ADAM), 0.01, 0.1),
        "nadam": (lambda p, lr: o.NAdam(p, lr, momentum_decay=4e-3, foreach=True, **ADAM), 0.01, 0.1),
        "adamw": (lambda p, lr: o.AdamW(p, lr, **ADAM), 0.01, 0.5),
        "adamw_mae": (lambda p, lr: o.AdamW(p, lr, betas=(0.9, 0.95), eps=1e-8), 0.01, 0.5),
        "radam": (radam, 0.01, 0.5, {"before": decoupled}),
        "radam_bocb": (lambda p, lr: o.RAdam(p, lr, **ADAM), 0.01, 0.1),
        "adagrad": (lambda p, lr: o.Adagrad(p, lr, eps=1e-10), 0.1, 0.05),
        "adadelta": (lambda p, lr: o.Adadelta(p, lr, rho=0.9, eps=1e-6), 1.0, 0.05),
        "rmsprop": (lambda p, lr: o.RMSprop(p, lr, alpha=0.99, eps=1e-8), 0.01, 0.05),
    }


def of_timm(timm):
    lamb = {"betas": (0.9, 0.999), "eps": 1e-6, "max_grad_norm": None, "always_adapt": True}
    return {
        "sgdp": (lambda p, lr: timm["sgdp.SGDP"](p, lr, momentum=0.9), 0.1, 0.05),
        "lion": (lambda p, lr: timm["lion.Lion"](p, lr, betas=(0.9, 0.99), foreach=False), 0.01, 0.5),
        "lamb": (lambda p, lr: timm["lamb.Lamb"](p, lr, **lamb), 0.01, 0.1),
        "adamp": (lambda p, lr: timm["adamp.AdamP"](p, lr, **ADAM), 0.01, 0.5),
        "adan": (lambda p, lr: timm["adan.Adan"](p, lr, betas=(0.98, 0.92, 0.99), eps=1e-8, foreach=False), 0.01, 0.5),
        "adabelief": (lambda p, lr: timm["adabelief.AdaBelief"](p, lr, betas=(0.9, 0.999), eps=1e-16), 0.01, 0.5),
        "novograd": (lambda p, lr: timm["nvnovograd.NvNovoGrad"](p, lr, betas=(0.95, 0.98), eps=1e-8), 0.01, 0.1),
    }


def of_openmixup(om):
    return {
        "lars": (lambda p, lr: om["lars.LARS"](p, lr, momentum=0.9, eta=1e-3, none_zero=True), 1.0, 0.05,
                 {"without": ("fresh",)}),  # its ratio holds a tensor of zeros at zero for ever
        "lars_bocb": (lambda p, lr: om["lars.LARS"](p, lr, momentum=0.9), 0.1, 0.05),
        "lamb_bocb": (lambda p, lr: om["lamb.LAMB"](p, lr), 0.01, 0.1, {"scalar": (1,)}),
        "adafactor_bocb": (lambda p, lr: om["adafactor.Adafactor"](p, lr), 0.01, 0.5),
        "adabelief_bocb": (lambda p, lr: om["adabelief.AdaBelief"](p, lr, eps=1e-8), 0.01, 0.5),
        "sophia_bocb": (lambda p, lr: om["sophia.SophiaG"](p, lr), 0.01, 0.5),
    }


def write(name, reference, lr, decay, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"reference": reference, "lr": lr, "decay": decay, "cases": cases}, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text.replace('},"', '},\n"') + "\n")
    print(f"{name}: {len(text)} bytes")


def write_all(reference, optimizers):
    for name, (make, lr, decay, *rest) in optimizers.items():
        options = rest[0] if rest else {}
        cases = {"plain": run(make, lr, 0.0, **options), "decay": run(make, lr, decay, **options)}
        write(name, reference, lr, decay, cases)


def main(root):
    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in it
    write_all({"name": "torch", "version": torch.__version__}, of_torch())
    timm = Timm(root)
    write_all(timm.reference, of_timm(timm))
    open_mixup = OpenMixup(root)
    write_all(open_mixup.reference, of_openmixup(open_mixup))
    sys.path[:0] = [str(root / "AdaBound"), str(root / "Sophia")]
    bound = importlib.import_module("adabound.adabound").AdaBound
    write_all({"name": "Luolc/AdaBound", "version": commit(root / "AdaBound")},
              {"adabound": (lambda p, lr: bound(p, lr, final_lr=0.1, gamma=1e-3, **ADAM), 0.01, 0.05)})
    sophia = importlib.import_module("sophia").SophiaG
    write_all({"name": "Liuhong99/Sophia", "version": commit(root / "Sophia")},
              {"sophia": (lambda p, lr: sophia(p, lr, betas=(0.965, 0.99), rho=0.04), 0.01, 0.5,
                          {"before": curvature, "step": lambda o: o.step(bs=IMAGES)})})
    adafactor(root)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
