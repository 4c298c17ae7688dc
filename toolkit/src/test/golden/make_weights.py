#!/usr/bin/env python3
"""Writes the golden files of WeightFileTest, golden/weights, and reads what the toolkit writes.

    git clone https://github.com/huggingface/pytorch-image-models timm
    /usr/bin/python3 toolkit/src/test/golden/make_weights.py timm
    /usr/bin/python3 toolkit/src/test/golden/make_weights.py timm --check model.safetensors resnet18 [argument=number ...]

Values are those of make_backbones.py. Networks are tiny: ViT and Mixer 8 x 8 pixels, patch 4, 8 channels, 2 blocks;
ConvNeXt V2 with 4, 8, 8 and 8 channels; Swin 8 x 8 pixels, patch 2, 4 and 8 channels. The Flax files are made from timm's
weights; for ViT timm's own loader must give those weights back, for ConvNeXt and Swin its filters must.
"""
import json
import pathlib
import struct
import sys

import numpy as np
import torch

import make_backbones as rule

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "weights"
TYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8"}


def write_safetensors(path, tensors):
    """tensors: name to (type, array); the array of a BF16 is uint16."""
    header, data = {}, b""
    for name, (kind, array) in tensors.items():
        raw = array.tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = pathlib.Path(path).read_bytes()
    size, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    assert header.pop("__metadata__") == {"format": "pt"} and size % 8 == 0
    out, at = {}, 0
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        assert start == at, name
        out[name] = np.frombuffer(raw[8 + size + start:8 + size + end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        at = end
    assert at == len(raw) - 8 - size
    return out


def filled(model):
    state = {k: torch.from_numpy(rule.values(k, s).astype(np.float32)) for k, s in rule.stored(model).items()}
    model.load_state_dict(state, strict=False)
    return {k: v.numpy() for k, v in state.items()}


def dense(out, target, state, source):
    w = state[source + ".weight"]
    out[target + "/kernel"] = w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T
    out[target + "/bias"] = state[source + ".bias"]


def norm(out, target, state, source):
    out[target + "/scale"], out[target + "/bias"] = state[source + ".weight"], state[source + ".bias"]


def flax_vit(state, depth, heads, big_vision):
    out = {"cls": state["cls_token"]}
    out["pos_embedding" if big_vision else "Transformer/posembed_input/pos_embedding"] = state["pos_embed"]
    dense(out, "embedding", state, "patch_embed.proj")
    dense(out, "head", state, "head")
    norm(out, "Transformer/encoder_norm", state, "norm")
    blocks = []
    for i in range(depth):
        b, s = {}, f"blocks.{i}."
        norm(b, "LayerNorm_0", state, s + "norm1")
        norm(b, "LayerNorm_1" if big_vision else "LayerNorm_2", state, s + "norm2")
        dense(b, f"MlpBlock_{0 if big_vision else 3}/Dense_0", state, s + "mlp.fc1")
        dense(b, f"MlpBlock_{0 if big_vision else 3}/Dense_1", state, s + "mlp.fc2")
        a = f"MultiHeadDotProductAttention_{0 if big_vision else 1}/"
        dim = state[s + "attn.proj.weight"].shape[0]
        for k, part in enumerate(("query", "key", "value")):
            rows = slice(k * dim, (k + 1) * dim)
            b[a + part + "/kernel"] = state[s + "attn.qkv.weight"][rows].T.reshape(dim, heads, dim // heads)
            b[a + part + "/bias"] = state[s + "attn.qkv.bias"][rows].reshape(heads, dim // heads)
        b[a + "out/kernel"] = state[s + "attn.proj.weight"].T.reshape(heads, dim // heads, dim)
        b[a + "out/bias"] = state[s + "attn.proj.bias"]
        blocks.append(b)
    for key in blocks[0]:
        if big_vision:
            out["Transformer/encoderblock/" + key] = np.stack([b[key] for b in blocks])
        else:
            out.update({f"Transformer/encoderblock_{i}/{key}": b[key] for i, b in enumerate(blocks)})
    prefix = "params/" if big_vision else "opt/target/"
    return {prefix + k: v for k, v in out.items()}


def flax_mixer(state, depth):
    out = {}
    dense(out, "stem", state, "stem.proj")
    dense(out, "head", state, "head")
    norm(out, "pre_head_layer_norm", state, "norm")
    for i in range(depth):
        t, s = f"MixerBlock_{i}/", f"blocks.{i}."
        norm(out, t + "LayerNorm_0", state, s + "norm1")
        norm(out, t + "LayerNorm_1", state, s + "norm2")
        for k in (0, 1):
            dense(out, f"{t}token_mixing/Dense_{k}", state, f"{s}mlp_tokens.fc{k + 1}")
            dense(out, f"{t}channel_mixing/Dense_{k}", state, f"{s}mlp_channels.fc{k + 1}")
    return out


def official_convnext(state):
    def name(k):
        k = k.replace("stem.", "downsample_layers.0.").replace("head.norm.", "norm.").replace("head.fc.", "head.")
        k = k.replace("mlp.grn.weight", "grn.gamma").replace("mlp.grn.bias", "grn.beta")
        k = k.replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv").replace("blocks.", "")
        parts = k.split(".")
        return ".".join(["downsample_layers", parts[1]] + parts[3:]) if "downsample." in k else k
    return {name(k): v.reshape(1, 1, 1, -1) if "grn" in k else v.reshape([n for n in v.shape if n > 1])
            if "mlp.fc" in k else v for k, v in state.items()}


def same(model, state):
    for k, v in model.state_dict().items():
        assert np.array_equal(v.numpy(), state[k]), k


def vits(timm):
    from timm.models.vision_transformer import VisionTransformer
    make = lambda: VisionTransformer(img_size=8, patch_size=4, embed_dim=8, depth=2, num_heads=2, num_classes=3)
    state = filled(make())
    for name, big_vision in (("vit_flax", False), ("vit_big_vision", True)):
        arrays = flax_vit(state, 2, 2, big_vision)
        np.savez(OUT / f"{name}.npz", **arrays)
        model = make()
        model.load_pretrained(str(OUT / f"{name}.npz"))
        same(model, state)


def mixers(timm):
    from timm.models.mlp_mixer import MlpMixer
    model = MlpMixer(img_size=8, patch_size=4, embed_dim=8, num_blocks=2, num_classes=3)
    np.savez_compressed(OUT / "mixer_flax.npz", **flax_mixer(filled(model), 2))


def convnexts(timm):
    from timm.models.convnext import ConvNeXt, checkpoint_filter_fn
    model = ConvNeXt(depths=(1, 1, 2, 1), dims=(4, 8, 8, 8), use_grn=True, ls_init_value=None, num_classes=3, conv_mlp=True)
    state = filled(model)
    official = official_convnext(state)
    back = checkpoint_filter_fn({k: torch.from_numpy(v.copy()) for k, v in official.items()}, model)
    model.load_state_dict(back, strict=True)
    same(model, state)
    write_safetensors(OUT / "convnextv2_official.safetensors", {k: ("F32", v) for k, v in official.items()})


def swins(timm):
    """As microsoft/Swin-Transformer stores them, and as older files of timm: buffers among the weights."""
    from timm.models.swin_transformer import SwinTransformer, checkpoint_filter_fn
    make = lambda: SwinTransformer(img_size=8, patch_size=2, embed_dim=4, depths=(2, 2), num_heads=(1, 2), window_size=2,
                                   num_classes=3)
    model = make()
    state = filled(model)
    buffers = {k: v.numpy() for k, v in model.named_buffers()}
    assert {k.rsplit(".", 1)[1] for k in buffers} == {"relative_position_index", "attn_mask"}
    old = {k.replace("layers.1.downsample", "layers.0.downsample").replace("head.fc.", "head."): v
           for k, v in state.items()}
    for name, tensors in (("swin_official", {**old, **buffers}), ("swin_buffers", {**state, **buffers})):
        other = make()
        back = checkpoint_filter_fn({k: torch.from_numpy(v.copy()) for k, v in tensors.items()}, other)
        other.load_state_dict(back, strict=True)
        same(other, state)
        kinds = {np.dtype("float32"): "F32", np.dtype("int64"): "I64"}
        write_safetensors(OUT / f"{name}.safetensors", {k: (kinds[v.dtype], v) for k, v in tensors.items()})


def types():
    x = rule.uniform("types", 12).astype(np.float32).reshape(3, 4) * 100
    special = np.array([0, -0.0, np.inf, -np.inf, 6e-8, 65504, 1, 2.0 ** -14], np.float16)
    bf16 = (x.view(np.uint32) >> 16).astype(np.uint16)
    write_safetensors(OUT / "types.safetensors", {
        "f32": ("F32", x), "f16": ("F16", x.astype(np.float16)), "special": ("F16", special), "bf16": ("BF16", bf16),
        "f64": ("F64", x.astype(np.float64)), "i64": ("I64", x.astype(np.int64)), "empty": ("F32", x[:0])})
    np.savez(OUT / "types.npz", f32=x, f16=x.astype(np.float16), f64=x.astype(np.float64), i64=x.astype(np.int64),
             bf16=bf16.view("V2"), fortran=np.asfortranarray(x), scalar=np.float32(3))
    wide = (bf16.astype(np.uint32) << 16).view(np.float32)
    return {"f32": rule.numbers(x), "f16": rule.numbers(x.astype(np.float16)), "bf16": rule.numbers(wide),
            "i64": rule.numbers(x.astype(np.int64)), "special": [str(v) for v in special.astype(np.float32)]}


def adaptations(timm):
    from timm.layers import resample_abs_pos_embed, resize_rel_pos_bias_table
    from timm.models._manipulate import adapt_input_conv
    positions = torch.from_numpy(rule.values("pos_embed", (1, 26, 8)).astype(np.float32))
    biases = torch.from_numpy(rule.values("relative_position_bias_table", (49, 2)).astype(np.float32))
    conv = torch.from_numpy(rule.values("stem", (2, 3, 2, 2)).astype(np.float32))
    return {"up": rule.numbers(resample_abs_pos_embed(positions, [7, 7])),
            "down": rule.numbers(resample_abs_pos_embed(positions, [2, 2])),
            "wider": rule.numbers(resize_rel_pos_bias_table(biases, (7, 7), (169, 2))),
            "narrower": rule.numbers(resize_rel_pos_bias_table(biases, (2, 2), (9, 2))),
            "grey": rule.numbers(adapt_input_conv(1, conv)), "five": rule.numbers(adapt_input_conv(5, conv.clone()))}


def check(timm, path, name, arguments):
    """Loads a file of the toolkit into timm with strict=True and prints the logits of the rule's images."""
    numbers = {k: int(v) for k, v in (a.split("=") for a in arguments)}
    model = timm.create_model(name, **numbers)
    model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in read_safetensors(path).items()}, strict=True)
    size = numbers.get("img_size", 64)
    x = rule.uniform("images", 2 * 3 * size * size).astype(np.float32).reshape(2, 3, size, size)
    with torch.no_grad():
        print(name, rule.numbers(model.eval()(torch.from_numpy(x))))


def main():
    timm = rule.load_timm(sys.argv[1])
    if sys.argv[2:3] == ["--check"]:
        check(timm, sys.argv[3], sys.argv[4], sys.argv[5:])
        return
    OUT.mkdir(parents=True, exist_ok=True)
    vits(timm)
    mixers(timm)
    convnexts(timm)
    swins(timm)
    file = {"reference": {"name": "timm", "version": timm.__version__, "numpy": np.__version__},
            "types": types(), "adaptations": adaptations(timm)}
    (OUT / "weights.json").write_text(json.dumps(file) + "\n")


if __name__ == "__main__":
    main()
