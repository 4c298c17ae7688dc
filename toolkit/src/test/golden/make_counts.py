#!/usr/bin/env python3
"""Writes golden/counts.csv: what every published network of the list costs in its reference, for PublishedSizesTest.

    /usr/bin/python3 toolkit/src/test/golden/make_counts.py timm MogaNet UniRepLKNet TransNeXt/classification

The arguments are those of make_backbones.py. Columns: name; size of the images; classes; parameters; macs, the
multiply-adds of one image; norms, what fvcore and so timm's own tables add for norms: 2 for each value of a batch norm, 5
for each of a layer or group norm; reference. Multiply-adds are counted operator by operator while the reference runs: convolutions and
matrix products, among them attention's. Networks of timm are neither filled nor run, but traced by shape (PyTorch's meta
device).
"""
import csv
import sys
from functools import partial

import torch
from torch.utils._python_dispatch import TorchDispatchMode

import make_backbones as rule

OUT = rule.OUT.parent / "counts.csv"


class Counter(TorchDispatchMode):
    """Adds up what operators cost."""

    def __init__(self):
        super().__init__()
        self.macs = self.norms = 0

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        y = operator(*args, **(kwargs or {}))
        name = operator._schema.name.split("::")[1]
        if name == "convolution":
            weight = args[1]
            self.macs += y.numel() * weight.numel() // weight.shape[0]
        elif name in ("mm", "bmm", "addmm", "baddbmm"):
            left = args[1] if "add" in name else args[0]
            self.macs += y.numel() * left.shape[-1]
        elif name in ("native_layer_norm", "native_group_norm"):
            self.norms += 5 * y[0].numel()
        elif "batch_norm" in name and args[0].dim() == 4:
            # One of three axes is scaled weight standardisation.
            self.norms += 2 * y[0].numel()
        return y


def cost(model, size, device):
    counter = Counter()
    with torch.no_grad(), rule.quietly(), counter:
        model.eval()(torch.zeros(1, 3, size, size, device=device))
    return counter


def traced(timm):
    """Networks of timm that make_backbones.py does not run: name -> (size, classes, how, make)."""
    from timm.models import convnext, mlp_mixer, nfnet, vision_transformer
    out = {}

    def listed(name):
        out[name] = 224, 1000, f"timm.create_model('{name}')", lambda **kw: timm.create_model(name, **kw)

    def built(name, how, cls, *args, **sizes):
        out[name] = 224, 1000, how, lambda **kw: cls(*args, **sizes, **kw)

    listed("vgg13_bn")
    out["vit_tiny_patch16"] = 224, 1000, "timm.create_model('vit_tiny_patch16_224')", partial(
        timm.create_model, "vit_tiny_patch16_224")
    for depth in (34, 101, 152):
        listed(f"resnet{depth}")
    for version in ("convnext", "convnextv2"):
        for size in ("femto", "pico", "nano", "base", "large"):
            listed(f"{version}_{size}")
    listed("convnextv2_huge")
    built("convnext_huge", "timm's ConvNeXt, depths 3 3 27 3, dims 352 704 1408 2816", convnext.ConvNeXt,
          depths=(3, 3, 27, 3), dims=(352, 704, 1408, 2816))
    for patch in (32, 16, 8):
        for size, dim, depth, heads in (("small", 384, 12, 6), ("base", 768, 12, 12), ("large", 1024, 24, 16)):
            how = f"timm's VisionTransformer, patch {patch}, dim {dim}, depth {depth}, heads {heads}"
            built(f"vit_{size}_patch{patch}", how, vision_transformer.VisionTransformer, patch_size=patch,
                  embed_dim=dim, depth=depth, num_heads=heads)
        for size, dim, depth in (("s", 512, 8), ("b", 768, 12), ("l", 1024, 24)):
            how = f"timm's MlpMixer, patch {patch}, dim {dim}, depth {depth}"
            built(f"mixer_{size}{patch}", how, mlp_mixer.MlpMixer, patch_size=patch, embed_dim=dim, num_blocks=depth)
    for k in range(1, 7):
        listed(f"dm_nfnet_f{k}")
    depths = (8, 16, 48, 24)
    built("dm_nfnet_f7", f"timm's NormFreeNet, depths {depths}", nfnet.NormFreeNet, nfnet._dm_nfnet_cfg(depths))
    for k in range(1, 9):
        name = f"dm_nfnet_f{k - 1}_plus"
        out[name] = 224, 1000, "timm's NormFreeNet, " + rule.PLUS_HOW, partial(rule.nfnet_plus, k)
    return out


def run(timm):
    """Networks that are run as they are, in the form of make_backbones.py."""
    cases = {name: case for name, case in rule.cases(timm).items() if not name.endswith("_micro")}
    out = {name: (32 if name.endswith("_cifar") else 224, 100 if name.endswith("_cifar") else 1000, case.how, case.make)
           for name, case in cases.items()}
    for depth in (34, 101, 152):
        def small(depth=depth, **kw):
            model = timm.create_model(f"resnet{depth}", **kw)
            rule.small_stem(model)
            return model
        out[f"resnet{depth}_cifar"] = 32, 100, cases["resnet18_cifar"].how.replace("18", str(depth)), small
    return out


def main():
    timm = rule.load_timm(sys.argv[1])
    sys.path += sys.argv[2:5]
    torch.set_num_threads(1)
    rows = {}
    for device, networks in (("meta", traced(timm)), ("cpu", run(timm))):
        for name, (size, classes, how, make) in networks.items():
            model = make(num_classes=classes, **({"device": device} if device == "meta" else {}))
            c = cost(model, size, device)
            parameters = sum(p.numel() for p in model.parameters())
            rows[name] = [name, size, classes, parameters, c.macs, c.norms, how]
            print(*rows[name])
    with OUT.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", "size", "classes", "parameters", "macs", "norms", "reference"])
        out.writerows(rows[name] for name in sorted(rows))


if __name__ == "__main__":
    main()
