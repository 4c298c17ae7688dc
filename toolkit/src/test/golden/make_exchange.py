#!/usr/bin/env python3
"""Weights that travel both ways: golden/exchange/<name>.safetensors and logits.json, for ExchangeTest.

    git clone https://github.com/huggingface/pytorch-image-models timm
    git clone https://github.com/Westlake-AI/MogaNet
    git clone https://github.com/AILab-CVC/UniRepLKNet
    git clone https://github.com/DaiShiResearch/TransNeXt
    git clone https://github.com/facebookresearch/ConvNeXt-V2
    /usr/bin/python3 toolkit/src/test/golden/make_exchange.py timm MogaNet UniRepLKNet TransNeXt/classification ConvNeXt-V2

Each file is the state_dict of a tiny network of one family, made by timm, torchvision or the authors' code with its own
initialisation; as that leaves many values at zero or one, each is moved by up to 0.2. The logits are those of the images
of make_backbones.py.

ConvNeXt V2's own files have other names than timm's and are read only: convnextv2_fcmae.safetensors is what FCMAE saves,
sparse encoder and decoder, convnextv2_official.safetensors that encoder as the authors' code makes it dense, with a head.

    ... --write FOLDER [seed]    writes such files into another folder
    ... --check FOLDER           loads FOLDER/<name>.safetensors with strict=True and compares with FOLDER/logits.json

environment/exchange.sh runs both, with the toolkit in between.
"""
import importlib.util
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn

import make_backbones as rule
import make_weights as files

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "exchange"
CLASSES = 3
BATCH = 2
# Of the range of the logits.
TOLERANCE = 1e-4


def convolutional():
    import torchvision
    from timm.layers import ClassifierHead
    from timm.models import byobnet, densenet, efficientnet, resnet, vgg
    from timm.models._efficientnet_builder import decode_arch_def
    from timm.utils import reparameterize_model

    def narrow_alexnet():
        model = torchvision.models.alexnet(num_classes=CLASSES)
        inputs = 3
        for i, width in zip((0, 3, 6, 8, 10), (4, 8, 8, 8, 8)):
            old = model.features[i]
            model.features[i] = nn.Conv2d(inputs, width, old.kernel_size, old.stride, old.padding)
            inputs = width
        model.avgpool = nn.AdaptiveAvgPool2d(2)
        model.classifier[1], model.classifier[4] = nn.Linear(32, 16), nn.Linear(16, 16)
        model.classifier[6] = nn.Linear(16, CLASSES)
        return model

    def narrow_vgg():
        model = vgg.VGG([4, 4, "M", 8, 8, "M"], num_classes=CLASSES, norm_layer=nn.BatchNorm2d)
        model.pre_logits = vgg.ConvMlp(8, 16, 2)
        model.head = ClassifierHead(16, CLASSES)
        return model

    def narrow_resnet(block):
        """The first stage is empty: timm fixes its width at 64."""
        return lambda: resnet.ResNet(block, (0, 1, 1, 1), channels=(64, 4, 4, 8), num_classes=CLASSES)

    def inverted(squeeze, activation):
        blocks = [["ds_r1_k3_s1_c8" + squeeze], ["ir_r2_k3_s2_e6_c8" + squeeze], ["ir_r1_k5_s2_e6_c16" + squeeze]]
        return lambda: efficientnet.EfficientNet(
            decode_arch_def(blocks), num_classes=CLASSES, num_features=16, stem_size=8, act_layer=activation)

    def narrow_repvgg():
        blocks = tuple(byobnet.ByoBlockCfg("rep", d=d, c=c, s=2, gs=0) for d, c in ((2, 8), (1, 16)))
        return byobnet.ByobNet(byobnet.ByoModelCfg(blocks, stem_type="rep", stem_chs=8), num_classes=CLASSES)

    return {
        "alexnet": (64, narrow_alexnet),
        "vgg": (8, narrow_vgg),
        "resnet_basic": (32, narrow_resnet(resnet.BasicBlock)),
        "resnet_bottleneck": (32, narrow_resnet(resnet.Bottleneck)),
        "densenet": (32, lambda: densenet.DenseNet(
            growth_rate=4, block_config=(1, 2, 1), num_classes=CLASSES)),
        "mobilenetv2": (32, inverted("", nn.ReLU6)),
        "efficientnet": (32, inverted("_se0.25", nn.SiLU)),
        "repvgg": (32, narrow_repvgg),
        "repvgg_deployed": (32, lambda: reparameterize_model(narrow_repvgg())),
    }


def modern():
    from timm.models import convnext, metaformer as m, mlp_mixer, nfnet, swin_transformer, vision_transformer

    def narrow_convnext(version_2):
        return lambda: convnext.ConvNeXt(depths=(1, 1, 1, 1), dims=(4, 8, 8, 8), use_grn=version_2, conv_mlp=True,
                                         ls_init_value=None if version_2 else 1e-6, num_classes=CLASSES)

    def narrow_metaformer(last, first, second, norms, mlp_head):
        return lambda: m.MetaFormer(depths=(1, 1, 1, 1), dims=(4, 8, 12, last), token_mixers=[first] * 3 + [second],
                                    norm_layers=norms, use_mlp_head=mlp_head, num_classes=CLASSES)

    def narrow_nfnet():
        from dataclasses import replace
        config = nfnet._dm_nfnet_cfg(depths=(1, 2), channels=(16, 32))
        return nfnet.NormFreeNet(replace(config, stem_chs=16, group_size=8), num_classes=CLASSES)

    mixed = [m.LayerNorm2dNoBias] * 3 + [m.LayerNormNoBias]
    return {
        "convnext": (32, narrow_convnext(False)),
        "convnextv2": (32, narrow_convnext(True)),
        "vit": (8, lambda: vision_transformer.VisionTransformer(
            img_size=8, patch_size=4, embed_dim=8, depth=2, num_heads=2, num_classes=CLASSES)),
        "mixer": (8, lambda: mlp_mixer.MlpMixer(
            img_size=8, patch_size=4, embed_dim=8, num_blocks=2, num_classes=CLASSES)),
        "swin": (16, lambda: swin_transformer.SwinTransformer(
            img_size=16, patch_size=2, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4,
            num_classes=CLASSES)),
        "poolformerv2": (32, narrow_metaformer(16, m.Pooling, m.Pooling, m.GroupNorm1NoBias, False)),
        "caformer": (32, narrow_metaformer(32, m.SepConv, m.Attention, mixed, True)),
        # Odd sides: 36 pixels become 9 and then 5.
        "nfnet": (36, narrow_nfnet),
    }


def of_authors():
    def moganet():
        with rule.quietly():
            from models.moganet import MogaNet
            return MogaNet(arch={"embed_dims": [8, 8, 8, 16], "depths": [1, 1, 1, 1], "ffn_ratios": [4, 4, 2, 2]},
                           num_classes=CLASSES)

    def unireplknet(deploy=False):
        with rule.quietly():
            from unireplknet import UniRepLKNet
            return UniRepLKNet(depths=(1, 2, 1, 1), dims=(8, 8, 8, 16), kernel_sizes=((3,), (7, 3), (9,), (5,)),
                               attempt_use_lk_impl=False, num_classes=CLASSES, deploy=deploy)

    def transnext():
        from functools import partial
        with rule.quietly():
            from transnext import TransNeXt
            return TransNeXt(img_size=64, patch_size=4, embed_dims=[6, 12, 12, 12], num_heads=[1, 2, 2, 2],
                             mlp_ratios=[2, 2, 2, 2], depths=[1, 1, 1, 1], sr_ratios=[8, 4, 2, 1], qkv_bias=True,
                             norm_layer=partial(nn.LayerNorm, eps=1e-6), num_classes=CLASSES)

    return {"moganet": (64, moganet), "unireplknet": (64, unireplknet),
            "unireplknet_deployed": (64, lambda: unireplknet(True)), "transnext": (64, transnext)}


class SparseConvolution(nn.Module):
    """The parameters of MinkowskiEngine's convolution in the plane: that engine must be compiled, and names need none."""

    def __init__(self, inputs, outputs, kernel_size, stride, bias, dimension):
        super().__init__()
        assert bias and dimension == 2
        self.kernel = nn.Parameter(torch.zeros(kernel_size ** 2, inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(1, outputs))


class SparseDepthwise(nn.Module):
    def __init__(self, channels, kernel_size, bias, dimension):
        super().__init__()
        assert bias and dimension == 2
        self.kernel = nn.Parameter(torch.zeros(kernel_size ** 2, channels))
        self.bias = nn.Parameter(torch.zeros(1, channels))


class SparseLinear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)


def official_modules(checkout):
    """Imports convnextv2, fcmae and remap_checkpoint_keys; MogaNet has a package of the name "models" as well."""
    rule.stand_in("MinkowskiEngine", SparseTensor=None, MinkowskiConvolution=SparseConvolution,
                  MinkowskiDepthwiseConvolution=SparseDepthwise, MinkowskiLinear=SparseLinear, MinkowskiGELU=nn.GELU)
    rule.stand_in("MinkowskiOps", to_sparse=None)
    rule.stand_in("tensorboardX", SummaryWriter=None)
    if importlib.util.find_spec("torch._six") is None:
        rule.stand_in("torch._six", inf=float("inf"))
    # The checkout has utils.py, and another one among its models.
    root = rule.stand_in("convnextv2_root", __path__=[checkout])
    models = rule.stand_in("convnextv2_models", __path__=[checkout + "/models"])
    with rule.quietly():
        remap = importlib.import_module(root.__name__ + ".utils").remap_checkpoint_keys
        return [importlib.import_module(models.__name__ + name) for name in (".convnextv2", ".fcmae")] + [remap]


def write_official(folder, seed, checkout):
    dense, fcmae, remap = official_modules(checkout)
    sizes = {"depths": [1, 1, 2, 1], "dims": [4, 6, 8, 10]}
    # 64 pixels leave 2 x 2 positions at the end.
    size = 64
    pretrained = initialised(lambda: fcmae.FCMAE(img_size=size, decoder_embed_dim=2, **sizes), seed).state_dict()
    model = initialised(lambda: dense.ConvNeXtV2(num_classes=CLASSES, **sizes), seed + 1)
    found = model.load_state_dict(remap({k: v for k, v in pretrained.items() if k.startswith("encoder.")}), strict=False)
    assert not found.unexpected_keys and all(k.split(".")[0] in ("norm", "head") for k in found.missing_keys), found
    for name, state in (("convnextv2_fcmae", pretrained), ("convnextv2_official", model.state_dict())):
        files.write_safetensors(folder / f"{name}.safetensors",
                                {k: ("F32", v.contiguous().numpy().copy()) for k, v in state.items()})
    return {"convnextv2_official": {"size": size, "logits": rule.numbers(logits(model, size))}}


def networks():
    return {**convolutional(), **modern(), **of_authors()}


def logits(model, size):
    """In float64; the authors' code warns of names that PyTorch gave up."""
    x = rule.uniform("images", BATCH * 3 * size * size).astype(np.float32).reshape(BATCH, 3, size, size)
    with torch.no_grad(), rule.quietly():
        return model.double().eval()(torch.from_numpy(x).double()).numpy()


def initialised(make, seed):
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for v in model.state_dict().values():
            if v.is_floating_point():
                v.add_(0.4 * torch.rand_like(v) - 0.2)
    return model


def write(folder, seed, timm, official):
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, (size, make) in networks().items():
        model = initialised(make, seed)
        state = {k: v.numpy().copy() for k, v in model.state_dict().items()}
        types = {np.dtype("float32"): "F32", np.dtype("int64"): "I64"}
        files.write_safetensors(folder / f"{name}.safetensors", {k: (types[v.dtype], v) for k, v in state.items()})
        found[name] = {"size": size, "logits": rule.numbers(logits(model, size))}
    found.update(write_official(folder, seed, official))
    reference = {"name": "timm", "version": timm.__version__, "torch": torch.__version__}
    text = json.dumps({"reference": reference, "networks": found}, indent=1)
    text = __import__("re").sub(r"\[\s+([^\]]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)
    (folder / "logits.json").write_text(text + "\n")


def check(folder):
    """Ends the program with an error if the logits of a network differ."""
    found = json.loads((folder / "logits.json").read_text())["networks"]
    assert found.keys() == networks().keys(), "networks differ: " + " ".join(found.keys() ^ networks().keys())
    for name, (size, make) in networks().items():
        model = make()
        state = {k: torch.from_numpy(v.copy())
                 for k, v in files.read_safetensors(folder / f"{name}.safetensors").items()}
        model.load_state_dict(state, strict=True)
        expected = np.array(found[name]["logits"]).reshape(BATCH, CLASSES)
        ours = logits(model, size)
        difference = np.abs(ours - expected).max() / np.ptp(ours)
        print(f"{name:20s} {len(state):4d} tensors loaded with strict=True, logits differ by {difference:.1e}")
        if not difference <= TOLERANCE:
            sys.exit(f"{name}: more than {TOLERANCE} of the range of the logits")


def main():
    timm = rule.load_timm(sys.argv[1])
    sys.path += sys.argv[2:5]
    torch.set_num_threads(1)
    mode, *rest = sys.argv[6:] or [None]
    if mode == "--check":
        check(pathlib.Path(rest[0]))
    elif mode == "--write":
        write(pathlib.Path(rest[0]), int((rest[1:] or [1])[0]), timm, sys.argv[5])
    else:
        write(OUT, 0, timm, sys.argv[5])


if __name__ == "__main__":
    main()
