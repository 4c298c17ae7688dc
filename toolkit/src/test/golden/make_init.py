#!/usr/bin/env python3
"""Writes golden/init.csv: moments of what the references start training with, for InitTest.

    /usr/bin/python3 toolkit/src/test/golden/make_init.py timm MogaNet UniRepLKNet TransNeXt/classification

The arguments are those of make_backbones.py, whose networks these are, with 1000 classes; VGG and ResNet are
torchvision's, and so is MobileNet's classifier. Not here: AlexNet, for which torchvision has PyTorch's default only;
classifiers of ResNet, whose N(0, 0.01^2) is that of Goyal et al. (arXiv 1706.02677); batch norms of RepVGG, to whose
weights and biases timm alone adds noise; ViT's token of the class, which starts at zero as in the authors' Flax code,
whose other values are timm's "jax" and "flax" for ViT and Mixer. Of each kind of parameter, that is each name but for its
numbers, there are the first and the last. Columns: network, parameter, number of values, mean,
standard deviation, kurtosis (3 for a normal distribution, 1.8 for a uniform one, 0 for a constant).
"""
import csv
import re
import sys
from functools import partial

import torch
import torchvision

import make_backbones as rule

OUT = rule.OUT.parent / "init.csv"
NETWORKS = ("densenet121", "mobilenetv2_100", "efficientnet_b0", "repvgg_a1", "deit_small_patch16",
            "swin_tiny_patch4_window7", "convnext_tiny", "convnextv2_tiny", "moganet_small", "unireplknet_t",
            "transnext_tiny", "identityformer_s12", "caformer_s12", "dm_nfnet_f0")

LEFT_OUT = re.compile(r"resnet\d+ fc|repvgg.*(bn|identity)|vit.* cls_token")
# torchvision's names of the linear layers of VGG.
OURS = {f"classifier.{i}.{kind}": f"{name}.{kind}" for kind in ("weight", "bias")
        for i, name in ((0, "pre_logits.fc1"), (3, "pre_logits.fc2"), (6, "head.fc"))}


def moments(p):
    v = p.detach().double().reshape(-1)
    # This version of trunc_normal_ now and then gives its bound, 100 deviations away.
    v = v[v.abs() != 2]
    mean, std = float(v.mean()), float(v.std(unbiased=False))
    if std <= 1e-6 * abs(mean):
        std = 0.0
    kurtosis = float((((v - mean) / std) ** 4).mean()) if std else 0.0
    return [f"{x:.7g}" for x in (mean, std, kurtosis)]


def flax_mixer(timm):
    from timm.models import mlp_mixer
    model = timm.create_model("mixer_s16_224")
    timm.models.named_apply(partial(mlp_mixer._init_weights, flax=True), module=model)
    return model


def main():
    timm = rule.load_timm(sys.argv[1])
    sys.path += sys.argv[2:5]
    cases = rule.cases(timm)
    networks = {name: lambda name=name: cases[name].make(num_classes=1000) for name in NETWORKS}
    networks["vit_small_patch16"] = lambda: timm.create_model("vit_small_patch16_224", weight_init="jax")
    networks["mixer_s16"] = lambda: flax_mixer(timm)
    for name in ("vgg13_bn", "resnet18", "resnet50"):
        networks[name] = getattr(torchvision.models, name)
    rows = []
    for network, make in networks.items():
        torch.manual_seed(0)
        kinds = {}
        for name, p in make().named_parameters():
            name = OURS.get(name, name) if network == "vgg13_bn" else name
            if LEFT_OUT.search(f"{network} {name}"):
                continue
            if network == "mobilenetv2_100" and name.startswith("classifier"):
                p = torchvision.models.mobilenet_v2().get_parameter(name.replace(".", ".1."))
            kinds.setdefault((re.sub(r"\d+", "#", name), p.dim()), []).append((name, p))
        for found in kinds.values():
            for name, p in found[:1] + found[1:][-1:]:
                rows.append([network, name, p.numel(), *moments(p)])
    with OUT.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["network", "parameter", "values", "mean", "std", "kurtosis"])
        out.writerows(rows)


if __name__ == "__main__":
    main()
