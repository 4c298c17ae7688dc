#!/usr/bin/env python3
"""Writes the golden files of the layer, kernel, clipping and training tests.

    apt-get install -y --no-install-recommends python3-torch
    /usr/bin/python3 toolkit/src/test/golden/make_golden.py

Nothing random: value i of a tensor is offset + scale * sin(phase + 0.37 i^2), computed in double precision and
rounded to float32. Input: phase 0. Parameter k (counted from 1, in the order of Layer.namedParameters): phase k, scale
0.5. Weight of the output in the scalar that is differentiated: phase 0.5. The Java side has the same rule
(org.backbonelab.testing.Golden.fill). The references then run in float64 on those float32 values, so what a test
sees is the toolkit's error alone.
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"


def fill(shape, phase, scale=1.0, offset=0.0):
    i = np.arange(math.prod(shape), dtype=np.float64)
    values = (offset + scale * np.sin(phase + 0.37 * i * i)).astype(np.float32)
    return torch.tensor(values.astype(np.float64)).reshape(shape)


def parameters(*shapes):
    return [fill(s, k + 1, 0.5).requires_grad_() for k, s in enumerate(shapes)]


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().reshape(-1).tolist()]


def case(f, x_shape, *shapes):
    """Output, gradient of the input and of each parameter."""
    x = fill(x_shape, 0).requires_grad_()
    p = parameters(*shapes)
    y = f(x, *p)
    (y * fill(y.shape, 0.5)).sum().backward()
    out = {"y": numbers(y), "x.grad": numbers(x.grad)}
    for k, q in enumerate(p):
        out[f"{k + 1}.grad"] = numbers(q.grad)
    return out


def conv(stride, padding, groups):
    return lambda x, w, b: F.conv2d(x, w, b, stride, padding, 1, groups)


def channel_norm(x, w, b):
    return F.layer_norm(x.permute(0, 2, 3, 1), w.shape, w, b, 1e-6).permute(0, 3, 1, 2)


def mlp(x, w1, b1, w2, b2):
    return F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2)


def attention(x, wqkv, bqkv, wproj, bproj, heads=2):
    """torch.nn.functional's own attention; it wants (T, N, D)."""
    y, _ = F.multi_head_attention_forward(
        x.transpose(0, 1), x.transpose(0, 1), x.transpose(0, 1), x.shape[2], heads, wqkv, bqkv,
        None, None, False, 0.0, wproj, bproj, need_weights=False)
    return y.transpose(0, 1)


def grn(x, w, b):
    """ConvNeXt V2, algorithm 1; torch.norm has derivative 0 at a zero channel."""
    g = torch.norm(x, p=2, dim=(1, 2), keepdim=True)
    n = g / (g.mean(dim=-1, keepdim=True) + 1e-6)
    return w * (x * n) + b + x


def grn_dead(x, w, b):
    return grn(x * torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64), w, b)


def scaled_std_conv(stride, padding, groups):
    """NFNets, equation 1."""
    def f(x, w, b, gain):
        var, mean = torch.var_mean(w, dim=(1, 2, 3), unbiased=False, keepdim=True)
        fan_in = w[0].numel()
        standard = gain.reshape(-1, 1, 1, 1) * (w - mean) / torch.sqrt(torch.clamp(fan_in * var, min=1e-4))
        return F.conv2d(x, standard, b, stride, padding, 1, groups)
    return f


def batch_norm():
    w, b = parameters((3,), (3,))
    mean = fill((3,), 3, 0.5)
    var = fill((3,), 4, 0.5, 1.0)
    x = fill((2, 3, 3, 2), 0).requires_grad_()
    out = {"eval.y": numbers(F.batch_norm(x, mean, var, w, b, False, 0.1, 1e-5))}
    y = F.batch_norm(x, mean, var, w, b, True, 0.1, 1e-5)
    (y * fill(y.shape, 0.5)).sum().backward()
    out.update({"y": numbers(y), "x.grad": numbers(x.grad), "1.grad": numbers(w.grad), "2.grad": numbers(b.grad),
                "running_mean": numbers(mean), "running_var": numbers(var)})
    return out


def layers():
    return {
        "conv": case(conv(1, 1, 1), (2, 3, 5, 5), (4, 3, 3, 3), (4,)),
        "conv_strided": case(conv(2, 1, 1), (2, 3, 6, 6), (4, 3, 3, 3), (4,)),
        "conv_patch": case(conv(2, 0, 1), (2, 2, 4, 4), (3, 2, 2, 2), (3,)),
        "conv_grouped": case(conv(1, 1, 2), (2, 4, 4, 4), (6, 2, 3, 3), (6,)),
        "conv_depthwise": case(conv(1, 3, 3), (1, 3, 5, 5), (3, 1, 7, 7), (3,)),
        "linear": case(F.linear, (2, 3, 4), (5, 4), (5,)),
        "layer_norm_last": case(lambda x, w, b: F.layer_norm(x, w.shape, w, b, 1e-6), (2, 3, 6), (6,), (6,)),
        "layer_norm_channels": case(channel_norm, (2, 4, 3, 3), (4,), (4,)),
        "mlp": case(mlp, (2, 3, 4), (6, 4), (6,), (4, 6), (4,)),
        "attention": case(attention, (2, 5, 4), (12, 4), (12,), (4, 4), (4,)),
        "grn": case(grn, (2, 3, 3, 4), (4,), (4,)),
        "grn_dead": case(grn_dead, (2, 2, 2, 3), (3,), (3,)),
        "scaled_std_conv": case(scaled_std_conv(1, 1, 1), (2, 2, 4, 4), (3, 2, 3, 3), (3,), (3,)),
        "scaled_std_conv_grouped": case(scaled_std_conv(2, 1, 2), (1, 4, 5, 5), (4, 2, 3, 3), (4,), (4,)),
        "batch_norm": batch_norm(),
    }


SHAPES = [(), (5,), (3, 4), (2, 3, 2, 2)]


def clipping():
    out = {}
    for max_norm in (0.5, 1000.0):
        tensors = [torch.zeros(s, dtype=torch.float64).requires_grad_() for s in SHAPES]
        for k, t in enumerate(tensors):
            t.grad = fill(t.shape, k)
        norm = torch.nn.utils.clip_grad_norm_(tensors, max_norm)
        out[str(max_norm)] = {"norm": float(norm), "grad": sum((numbers(t.grad) for t in tensors), [])}
    return out


LABELS = torch.tensor([2, 0, 1, 2])


def tiny_net(x, p):
    """org.backbonelab.testing.TinyNet: Linear, GELU, Linear on flattened images."""
    return F.linear(F.gelu(F.linear(x.reshape(len(x), -1), p[0], p[1])), p[2], p[3])


def tiny_loss(p, smoothing):
    return F.cross_entropy(tiny_net(fill((4, 1, 3, 3), 0), p), LABELS, label_smoothing=smoothing)


def tiny_parameters():
    return parameters((5, 9), (5,), (3, 5), (3,))


def training():
    out = {}
    for smoothing in (0.0, 0.1):
        p = tiny_parameters()
        loss = tiny_loss(p, smoothing)
        loss.backward()
        out[f"cross_entropy {smoothing}"] = {"loss": float(loss), "grad": sum((numbers(q.grad) for q in p), [])}
    for rho in (0.0, 0.1):
        p = tiny_parameters()
        optimizer = torch.optim.SGD(p, 0.1, momentum=0.9)
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = tiny_loss(p, 0.0)
            loss.backward()
            losses.append(float(loss))
            if rho > 0:
                sam_gradient(p, rho)
            optimizer.step()
        out[f"steps rho {rho}"] = {"losses": losses, "weights": sum((numbers(q) for q in p), [])}
    return out


def sam_gradient(p, rho):
    """Foret et al. 2020, equations 2 and 3: replaces each gradient by the one at w + rho g / ||g||."""
    with torch.no_grad():
        norm = torch.sqrt(sum((q.grad ** 2).sum() for q in p))
        shifts = [rho * q.grad / norm for q in p]
        for q, e in zip(p, shifts):
            q.add_(e)
    for q in p:
        q.grad = None
    tiny_loss(p, 0.0).backward()
    with torch.no_grad():
        for q, e in zip(p, shifts):
            q.sub_(e)


def plain_attention(qkv, heads=2):
    """(N, T, 3 D) to (N, T, D): queries, keys and values lie one after the other, each split into heads."""
    n, t, d = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
    q, k, v = qkv.reshape(n, t, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    return ((q @ k.transpose(-2, -1) / math.sqrt(d // heads)).softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)


def soft_targets(shape):
    return fill(shape, 3).softmax(1)


def hessian_vector_product():
    """Of a cross-entropy after attention and GELU: every second derivative that the toolkit needs."""
    w1, w2 = (fill(s, k + 1, 0.5).requires_grad_() for k, s in enumerate([(12, 3), (4, 4)]))
    y = F.gelu(plain_attention(F.linear(fill((2, 5, 3), 0), w1)))
    loss = F.cross_entropy(F.linear(y.mean(1), w2), soft_targets((2, 4)))
    g = torch.autograd.grad(loss, [w1, w2], create_graph=True)
    v = [fill(w.shape, 7 + k) for k, w in enumerate([w1, w2])]
    hv = torch.autograd.grad(sum((a * b).sum() for a, b in zip(g, v)), [w1, w2])
    return {"loss": numbers(loss), "1": numbers(hv[0]), "2": numbers(hv[1])}


def kernels():
    def cross_entropy(smoothing):
        return lambda x: F.cross_entropy(x, soft_targets(x.shape), label_smoothing=smoothing)

    def binary(x):
        return F.binary_cross_entropy_with_logits(x, soft_targets(x.shape))

    return {
        "linear": case(F.linear, (2, 5, 3), (4, 3), (4,)),
        "conv strided": case(conv(2, 1, 1), (2, 4, 7, 7), (6, 4, 3, 3), (6,)),
        "conv grouped": case(conv(1, 1, 2), (2, 4, 5, 5), (6, 2, 3, 3), (6,)),
        "conv depthwise": case(conv(1, 3, 4), (2, 4, 5, 5), (4, 1, 7, 7), (4,)),
        "layer norm": case(lambda x, w, b: F.layer_norm(x, w.shape, w, b, 1e-6), (2, 5, 6), (6,), (6,)),
        "group norm": case(lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), (2, 4, 3, 3), (4,), (4,)),
        "gelu erf": case(F.gelu, (3, 7)),
        "gelu tanh": case(lambda x: F.gelu(x, approximate="tanh"), (3, 7)),
        "attention": case(plain_attention, (2, 5, 12)),
        "spatial mean": case(lambda x: x.mean((2, 3)), (2, 3, 4, 4)),
        "cross entropy": case(cross_entropy(0.0), (3, 5)),
        "cross entropy smoothed": case(cross_entropy(0.1), (3, 5)),
        "binary cross entropy": case(binary, (3, 5)),
        "hessian": hessian_vector_product(),
    }


def write(name, cases):
    reference = {"name": "torch", "version": torch.__version__, "numpy": np.__version__, "precision": "float64"}
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"reference": reference, "cases": cases}, separators=(",", ":"))
    (OUT / f"{name}.json").write_text(text.replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    write("kernels", kernels())
    write("layers", layers())
    write("clipping", clipping())
    write("training", training())
