#!/usr/bin/env python3
"""Writes the golden file of masked pre-training: loss and gradients of a small ConvNeXt and its decoder.

    apt-get install -y --no-install-recommends python3-torch
    /usr/bin/python3 toolkit/src/test/golden/make_fcmae.py

Written from the formulas of arXiv 2301.00808, section 3, in the form that computes all positions and masks them: zeros
before every depthwise convolution, GRN's norms over visible positions. Values by the rule of make_golden.py, with images
of phase 0; the masks are those that the toolkit draws for seed 1, which its test checks. Float64.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from make_golden import fill, numbers

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
IMAGES, SIZE, PATCH, DIMS, WIDTH = 3, 16, 4, (4, 8), 6
MASKS = ("1000011100000110", "1111100001000000", "0000011010011100")


def shapes(v2):
    out = {"stem.0.weight": (4, 1, 2, 2), "stem.0.bias": (4,), "stem.1.weight": (4,), "stem.1.bias": (4,)}

    def block(name, c, grn):
        if not grn:
            out[f"{name}.gamma"] = (c,)
        out.update({f"{name}.conv_dw.weight": (c, 1, 7, 7), f"{name}.conv_dw.bias": (c,), f"{name}.norm.weight": (c,),
                    f"{name}.norm.bias": (c,), f"{name}.mlp.fc1.weight": (4 * c, c), f"{name}.mlp.fc1.bias": (4 * c,)})
        if grn:
            out.update({f"{name}.mlp.grn.weight": (4 * c,), f"{name}.mlp.grn.bias": (4 * c,)})
        out.update({f"{name}.mlp.fc2.weight": (c, 4 * c), f"{name}.mlp.fc2.bias": (c,)})

    block("stages.0.blocks.0", 4, v2)
    out.update({"stages.1.downsample.0.weight": (4,), "stages.1.downsample.0.bias": (4,),
                "stages.1.downsample.1.weight": (8, 4, 2, 2), "stages.1.downsample.1.bias": (8,)})
    block("stages.1.blocks.0", 8, v2)
    out.update({"decoder.mask_token": (1, WIDTH, 1, 1), "decoder.proj.weight": (WIDTH, 8, 1, 1),
                "decoder.proj.bias": (WIDTH,)})
    block("decoder.decoder.0", WIDTH, True)
    out.update({"decoder.pred.weight": (PATCH * PATCH, WIDTH, 1, 1), "decoder.pred.bias": (PATCH * PATCH,)})
    return out


def channel_norm(x, weight, bias):
    return F.layer_norm(x.permute(0, 2, 3, 1), weight.shape, weight, bias, 1e-6).permute(0, 3, 1, 2)


def block(p, name, x, visible):
    def of(part):
        return p[f"{name}.{part}"]

    y = F.conv2d(x * visible, of("conv_dw.weight"), of("conv_dw.bias"), padding=3, groups=x.shape[1])
    y = y.permute(0, 2, 3, 1)
    y = F.layer_norm(y, y.shape[-1:], of("norm.weight"), of("norm.bias"), 1e-6)
    y = F.gelu(F.linear(y, of("mlp.fc1.weight"), of("mlp.fc1.bias")))
    if f"{name}.mlp.grn.weight" in p:
        seen = y * visible.permute(0, 2, 3, 1)
        g = (seen.square().sum((1, 2), keepdim=True) + 1e-12).sqrt()
        y = of("mlp.grn.weight") * y * (g / (g.mean(-1, keepdim=True) + 1e-6)) + of("mlp.grn.bias") + y
    y = F.linear(y, of("mlp.fc2.weight"), of("mlp.fc2.bias"))
    if f"{name}.gamma" in p:
        y = y * of("gamma")
    return x + y.permute(0, 3, 1, 2)


def loss(p, images, mask):
    fine = mask.repeat_interleave(2, 2).repeat_interleave(2, 3)
    x = channel_norm(F.conv2d(images, p["stem.0.weight"], p["stem.0.bias"], stride=2), p["stem.1.weight"], p["stem.1.bias"])
    x = block(p, "stages.0.blocks.0", x, fine)
    x = channel_norm(x, p["stages.1.downsample.0.weight"], p["stages.1.downsample.0.bias"])
    x = F.conv2d(x, p["stages.1.downsample.1.weight"], p["stages.1.downsample.1.bias"], stride=2)
    x = block(p, "stages.1.blocks.0", x, mask)
    y = F.conv2d(x, p["decoder.proj.weight"], p["decoder.proj.bias"])
    y = y * mask + (1 - mask) * p["decoder.mask_token"]
    y = block(p, "decoder.decoder.0", y, torch.ones_like(mask))
    y = F.conv2d(y, p["decoder.pred.weight"], p["decoder.pred.bias"])
    # One colour, so the order row, column is all there is.
    patches = F.unfold(images, PATCH, stride=PATCH).reshape(y.shape)
    centred = patches - patches.mean(1, keepdim=True)
    target = centred / (patches.var(1, unbiased=True, keepdim=True) + 1e-6).sqrt()
    error = (y - target).square().mean(1, keepdim=True)
    return (error * (1 - mask)).sum() / (1 - mask).sum()


def case(v2):
    p = {name: fill(s, k + 1, 0.5).requires_grad_() for k, (name, s) in enumerate(shapes(v2).items())}
    mask = torch.tensor([[float(v) for v in row] for row in MASKS], dtype=torch.float64).reshape(IMAGES, 1, 4, 4)
    value = loss(p, fill((IMAGES, 1, SIZE, SIZE), 0), mask)
    value.backward()
    return {"loss": value.item(), "gradients": {name: numbers(q.grad) for name, q in p.items()}}


golden = {
    "reference": {"name": "torch", "version": torch.__version__},
    "cases": {"v1": case(False), "v2": case(True), "masks": [int(v) for row in MASKS for v in row]},
}
(OUT / "fcmae.json").write_text(json.dumps(golden) + "\n")
