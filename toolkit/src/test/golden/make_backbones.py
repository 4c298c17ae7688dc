#!/usr/bin/env python3
"""Writes the golden files of BackbonesAgainstTimmTest: golden/backbones/<name>.json, golden/odd/<family>_<size>.json.

    git clone https://github.com/huggingface/pytorch-image-models timm
    git clone https://github.com/Westlake-AI/MogaNet
    git clone https://github.com/AILab-CVC/UniRepLKNet
    git clone https://github.com/DaiShiResearch/TransNeXt
    /usr/bin/python3 toolkit/src/test/golden/make_backbones.py timm MogaNet UniRepLKNet TransNeXt/classification [name ...]
    python3 toolkit/src/test/golden/make_backbones.py --odd

The second form, of sizes where sides become odd on the way, takes an installed timm of 1.0.31 or later. Before, timm's Swin
took the grid of a later stage for smaller than it is wherever a side is odd, and so chose other windows than the features
have; 228 pixels ended in an error.

Weights are not stored: both sides make them by one rule from a parameter's name and its shape in timm.

    x(i)  = mix(crc32(name) + 0x9E3779B9 i mod 2^32) / 2^31 - 1, in [-1, 1); mix is Murmur3's 32-bit finaliser
    value = float32(offset + scale * x(i)), i counts in row-major order, arithmetic in double precision

    name ends in running_var             offset 1    scale 0.5
    name ends in bias or running_mean    offset 0    scale 0.2
    name has layer_scale                 offset 2^-13 scale 2^-15: products of activations must not grow
    at most one axis longer than 1       offset 1    scale 0.25
    else                                 offset 0    scale sqrt(6 / (size / shape[0])), a variance of 2 / fan-in

The images are x(i) of the name "images", rounded, the loss is sum(logits * x) with x of "loss". A file holds the logits in
evaluation mode and, of each gradient in training mode (drop path 0), three numbers: its L2 norm, its sum, and its
product with x of "gradient of " and the name; of the last feature map of each resolution as much. The
reference runs in float64 on the float32 weights.
"""
import contextlib
import hashlib
import io
import json
import math
import pathlib
import re
import sys
import types
import warnings
import zlib

import numpy as np
import torch
from torch import nn

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "backbones"
BATCH = 2


def stand_in(name, **attributes):
    module = types.ModuleType(name)
    module.__dict__.update(attributes)
    sys.modules[name] = module
    return module


def unavailable(*args, **kwargs):
    raise RuntimeError("golden files are made without downloads")


def load_timm(checkout):
    """Imports timm from its source; what it needs for downloads only is replaced by modules that refuse."""
    inner = stand_in("safetensors.torch", load_file=unavailable, save_file=unavailable)
    stand_in("safetensors", torch=inner)
    stand_in("huggingface_hub", HfApi=None, hf_hub_download=unavailable, model_info=unavailable)
    stand_in("huggingface_hub.utils", EntryNotFoundError=OSError, RepositoryNotFoundError=OSError)
    sys.path.insert(0, checkout)
    import timm
    return timm


@contextlib.contextmanager
def quietly():
    """The authors' code prints, and imports timm by names that it warns of."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def uniform(name, count):
    x = (np.uint64(zlib.crc32(name.encode())) + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9))
    x = (x & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return x / 2.0 ** 31 - 1


def values(name, shape):
    count = math.prod(shape)
    if name.endswith("running_var"):
        offset, scale = 1.0, 0.5
    elif name.endswith("bias") or name.endswith("running_mean"):
        offset, scale = 0.0, 0.2
    elif "layer_scale" in name:
        offset, scale = 2.0 ** -13, 2.0 ** -15
    elif sum(n > 1 for n in shape) <= 1:
        offset, scale = 1.0, 0.25
    else:
        offset, scale = 0.0, math.sqrt(6.0 / (count / shape[0]))
    return (offset + scale * uniform(name, count)).astype(np.float32).astype(np.float64).reshape(shape)


def stored(model):
    """Names and shapes as a weight file has them, without the counters of batch norms, which nothing reads."""
    return {k: tuple(v.shape) for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}


def numbers(array):
    return [float(f"{v:.8g}") for v in np.asarray(array, dtype=np.float64).reshape(-1)]


def run(model, size, channels=3):
    shapes = stored(model)
    model.double()
    model.load_state_dict({k: torch.from_numpy(values(k, s)) for k, s in shapes.items()}, strict=False)
    pixels = uniform("images", BATCH * channels * size * size).astype(np.float32).astype(np.float64)
    x = torch.from_numpy(pixels.reshape(BATCH, channels, size, size))
    with torch.no_grad():
        logits = model.eval()(x).numpy()
        stages = stage_features(model, x)
    y = model.train()(x)
    (y * torch.from_numpy(uniform("loss", y.numel()).reshape(y.shape))).sum().backward()
    gradients = {}
    for name, p in model.named_parameters():
        g = p.grad.numpy().reshape(-1)
        gradients[name] = numbers([np.linalg.norm(g), g.sum(), g @ uniform("gradient of " + name, g.size)])
    lines = "".join(f"{k} {','.join(map(str, s))}\n" for k, s in sorted(shapes.items()))
    return {"names": {"count": len(shapes), "sha256": hashlib.sha256(lines.encode()).hexdigest()},
            "logits": numbers(logits), **stages, "gradients": gradients}


# The modules whose outputs are features, in all references: ReLUs of plain networks, blocks, or lists of them.
BLOCKS = re.compile(r"(layer|blocks?)\d\.\d+|stages\.\d\.\d+|stages\.\d|stem|(layers\.\d\.)?blocks\.\d+(\.\d+)?"
                    r"|features\.denseblock\d|features\.\d+")


def stage_features(model, x):
    """Of the last map of each resolution: its side, channels, L2 norm, sum, and product with x of "stage" and the side."""
    maps = {}

    def keep(module, inputs, y):
        if y.dim() == 3:
            # Tokens, of which a class may be the first.
            side = math.isqrt(y.shape[1])
            y = y[:, y.shape[1] - side * side:].transpose(1, 2).reshape(BATCH, -1, side, side)
        elif type(model).__name__ == "SwinTransformer":
            y = y.permute(0, 3, 1, 2)
        maps[y.shape[2]] = y.detach().clone().numpy()

    plain = type(model).__name__ in ("AlexNet", "VGG")
    hooks = [module.register_forward_hook(keep) for name, module in model.named_modules()
             if BLOCKS.fullmatch(name) and is_block(module, plain)]
    model(x)
    for hook in hooks:
        hook.remove()
    return {"stages": [numbers([side, m.shape[1], np.linalg.norm(m), m.sum(),
                                m.reshape(-1) @ uniform(f"stage {side}", m.size)]) for side, m in maps.items()]}


def is_block(module, plain):
    """A stem counts in RepVGG, whose stem is a block."""
    return isinstance(module, nn.ReLU) if plain else not isinstance(module, (nn.Sequential, nn.Conv2d, nn.ModuleList))


class Nothing(nn.Identity):
    """A token mixer that mixes nothing, made as timm makes mixers."""

    def __init__(self, dim, proj_drop, **kwargs):
        super().__init__()


def small_stem(model):
    model.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    model.maxpool = nn.Identity()


PLUS_HOW = "stem 16 32 64 192, widths 384 768 2048 2048, as nfnets/base.py of google-deepmind/deepmind-research"


def nfnet_plus(k, device=None, **kw):
    """DeepMind's F(k-1)+; timm would take half and a quarter of the stem's width, too."""
    from dataclasses import replace
    from functools import partial
    from timm.layers import ScaledStdConv2dSame
    from timm.models import nfnet
    cfg = replace(nfnet._dm_nfnet_cfg((k, 2 * k, 6 * k, 3 * k), (384, 768, 2048, 2048)), stem_chs=192)
    model = nfnet.NormFreeNet(cfg, device=device, **kw)
    conv = partial(ScaledStdConv2dSame, kernel_size=3, eps=cfg.std_conv_eps, device=device)
    model.stem.conv1, model.stem.conv2 = conv(3, 16, stride=2), conv(16, 32, stride=1)
    model.stem.conv3, model.stem.conv4 = conv(32, 64, stride=1), conv(64, 192, stride=2)
    return model


class Case:
    """make(**timm's arguments) builds the network; size and classes are those of the run, published those it has."""

    def __init__(self, how, make, size, published=224, **run_arguments):
        self.how, self.make, self.size, self.published = how, make, size, published
        self.run_arguments = run_arguments


def cases(timm):
    def named(name, size, sized=False, **arguments):
        """A network of timm's list; sized ones must be told the size of their images."""
        extra = {"img_size": size} if sized else {}
        make = lambda **kw: timm.create_model(name, **{**arguments, **kw})
        return Case(f"timm.create_model('{name}')", make, size, **extra)

    def changed(name, size, how, change):
        def make(**kw):
            model = timm.create_model(name, **kw)
            change(model)
            return model
        return Case(f"timm.create_model('{name}'), {how}", make, size, 32)

    def small_patch(model):
        model.stem[0] = nn.Conv2d(3, 96, 3, 1, 1)

    def single_stem(model):
        model.features.conv0 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        model.features.norm0 = nn.Identity()
        model.features.pool0 = nn.Identity()

    def vgg(num_classes):
        from timm.layers import ClassifierHead
        from timm.models.vgg import VGG, ConvMlp
        cfg = [16, 16, "M", 32, 32, "M", 64, 64, "M", 64, 64, "M"]
        model = VGG(cfg, num_classes=num_classes, norm_layer=nn.BatchNorm2d)
        model.pre_logits = ConvMlp(64, 256, 2, drop_rate=0)
        model.head = ClassifierHead(256, num_classes)
        return model

    def moganet(strides):
        def make(**kw):
            with quietly():
                from models.moganet import MogaNet
            model = MogaNet(arch="small", **kw)
            model.patch_embed1.projection[0].stride = model.patch_embed1.projection[3].stride = strides
            return model
        stride = f"stem strides {strides}"
        return Case(f"MogaNet(arch='small') of Westlake-AI/MogaNet at 386b548c, {stride}", make, 32 * strides[0],
                    112 * strides[0])

    def unireplknet(**kw):
        with quietly():
            from unireplknet import UniRepLKNet
            return UniRepLKNet(depths=(3, 3, 18, 3), dims=(80, 160, 320, 640), attempt_use_lk_impl=False, **kw)

    def transnext(img_size=224, **kw):
        with quietly():
            from transnext import transnext_tiny
            return transnext_tiny(img_size=img_size, **kw)

    def metaformer(first, second, plain):
        """The S12 sizes; timm lists PoolFormerV2's only. Plain ones have norms of whole samples and a linear head."""
        def make(**kw):
            from timm.models import metaformer as m
            if plain:
                norms = m.GroupNorm1NoBias
            else:
                norms = [m.LayerNormNoBias if k == "Attention" else m.LayerNorm2dNoBias
                         for k in (first, first, second, second)]
            mixer = lambda k: Nothing if k == "Identity" else getattr(m, k)
            return m.MetaFormer(
                depths=[2, 2, 6, 2], dims=[64, 128, 320, 512], norm_layers=norms, use_mlp_head=not plain,
                token_mixers=[mixer(first), mixer(first), mixer(second), mixer(second)], **kw)
        how = "whole samples normalised, linear head" if plain else "channels normalised, MLP head"
        return Case(f"timm.models.metaformer.MetaFormer, S12 with {first} and {second}, {how}", make, 64)

    def alexnet(**kw):
        import torchvision
        return torchvision.models.alexnet(dropout=0, **kw)

    out = {
        "alexnet": Case("torchvision.models.alexnet(dropout=0)", alexnet, 64),
        "vgg13_bn_micro": Case("timm.models.vgg.VGG of these widths", vgg, 32, 32),
        "resnet18": named("resnet18", 64),
        "resnet50": named("resnet50", 64),
        "resnet18_cifar": changed("resnet18", 32, "conv1 3x3 at stride 1, no maxpool", small_stem),
        "resnet50_cifar": changed("resnet50", 32, "conv1 3x3 at stride 1, no maxpool", small_stem),
        "densenet121": named("densenet121", 64),
        "densenet121_cifar": changed("densenet121", 32, "conv0 3x3 at stride 1, no norm0, no pool0", single_stem),
        "mobilenetv2_100": named("mobilenetv2_100", 64),
        "efficientnet_b0": named("efficientnet_b0", 64),
        "repvgg_a1": named("repvgg_a1", 64),
        "swin_tiny_patch4_window7": named("swin_tiny_patch4_window7_224", 64, True, drop_path_rate=0),
        "identityformer_s12": metaformer("Identity", "Identity", True),
        "identityformer_s12_bocb": metaformer("Identity", "Identity", False),
        "poolformerv2_s12": named("poolformerv2_s12", 64),
        "poolformerv2_s12_bocb": metaformer("Pooling", "Pooling", False),
        "convformer_s12": metaformer("SepConv", "SepConv", False),
        "attentionformer_s12": metaformer("Attention", "Attention", False),
        "caformer_s12": metaformer("SepConv", "Attention", False),
        "moganet_small": moganet((2, 2)),
        "moganet_small_cifar": moganet((1, 1)),
        "unireplknet_t": Case("UniRepLKNet(depths=(3, 3, 18, 3), dims=(80, 160, 320, 640)) of AILab-CVC/UniRepLKNet at "
                              "b5677d8f", unireplknet, 64),
        "transnext_tiny": Case("transnext_tiny() of DaiShiResearch/TransNeXt at c8a99743, native attention", transnext,
                               64, img_size=64),
        "convnext_atto": named("convnext_atto", 64),
        "convnext_tiny": named("convnext_tiny", 64),
        "convnext_tiny_cifar": changed("convnext_tiny", 32, "stem.0 3x3 at stride 1", small_patch),
        "convnextv2_atto": named("convnextv2_atto", 64),
        "convnextv2_tiny": named("convnextv2_tiny", 64),
        "convnextv2_tiny_cifar": changed("convnextv2_tiny", 32, "stem.0 3x3 at stride 1", small_patch),
        "vit_small_patch16": named("vit_small_patch16_224", 64, True),
        "deit_small_patch16": named("deit_small_patch16_224", 64, True),
        "mixer_s16": named("mixer_s16_224", 64, True),
        "dm_nfnet_f0": named("dm_nfnet_f0", 64),
        "dm_nfnet_f0_plus": Case("timm.models.nfnet.NormFreeNet, " + PLUS_HOW, lambda **kw: nfnet_plus(1, **kw), 64),
    }
    return out


ODD = [("swin", 60), ("swin", 100), ("swin", 104), ("swin", 228), ("swin", 240), ("convnext", 75), ("convnextv2", 101)]


def odd(family, size):
    """A tiny network of four stages whose maps cannot be halved evenly at this size: Swin pads, ConvNeXt cuts."""
    import timm
    from timm.models.convnext import ConvNeXt
    from timm.models.swin_transformer import SwinTransformer
    if tuple(int(n) for n in timm.__version__.split(".")[:3]) < (1, 0, 31):
        raise SystemExit(f"timm is {timm.__version__}, expected 1.0.31 or later: Swins of others round odd grids down")
    if family == "swin":
        make, shape = SwinTransformer, dict(img_size=size, patch_size=4, embed_dim=12, depths=(2, 2, 2, 2),
                                            num_heads=(1, 2, 4, 8), window_size=7)
    else:
        make, shape = ConvNeXt, dict(depths=(1, 1, 1, 1), dims=(4, 8, 8, 8), conv_mlp=True)
        if family == "convnextv2":
            shape.update(use_grn=True, ls_init_value=None)
    how = make.__name__ + "(" + ", ".join(f"{k}={v}" for k, v in shape.items()) + ")"
    return {
        "reference": {"name": "timm", "version": timm.__version__, "torch": torch.__version__, "how": how},
        "image": {"channels": 3, "size": size, "classes": 10},
        **run(make(num_classes=10, drop_path_rate=0, **shape), size),
    }


def write(path, file):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(file, indent=1)
    # One line a gradient.
    text = re.sub(r"\[\s+([^\]]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)
    path.write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    if sys.argv[1] == "--odd":
        for family, size in ODD:
            write(OUT.parent / "odd" / f"{family}_{size}.json", odd(family, size))
        return
    timm = load_timm(sys.argv[1])
    sys.path += sys.argv[2:5]
    chosen = sys.argv[5:]
    for name, case in cases(timm).items():
        if chosen and name not in chosen:
            continue
        parameters = sum(p.numel() for p in case.make(num_classes=1000).parameters())
        found = run(case.make(num_classes=10, **case.run_arguments), case.size)
        file = {
            "reference": {"name": "timm", "version": timm.__version__, "torch": torch.__version__, "how": case.how},
            "image": {"channels": 3, "size": case.size, "classes": 10},
            "published": {"size": case.published, "classes": 1000, "parameters": parameters},
            **found,
        }
        write(OUT / f"{name}.json", file)
        print(name, parameters, found["logits"][:3])


if __name__ == "__main__":
    main()
