#!/usr/bin/env python3
"""Writes golden/images.json and golden/files.json: what PIL and torch make of small images and image files, for the
tests of the data package.

    apt-get install -y --no-install-recommends python3-torch python3-pil
    /usr/bin/python3 toolkit/src/test/golden/make_image_golden.py

Nothing random: value i of an image of bytes is round(127.5 + 127.5 * sin(phase + 0.37 i^2 / 97)), in the order
(channel, row, column); the Java side has the same rule (ImageGoldenTest.image). Of an outcome in the same order, the file
has the first 16 hexadecimal digits of its SHA-256.
"""
import base64
import hashlib
import io
import json
import math
import pathlib

import numpy as np
import PIL
import torch
from PIL import Image, ImageEnhance, ImageOps

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
FILL = (114, 123, 125)
HOW = {"NEAREST": Image.NEAREST, "BILINEAR": Image.BILINEAR, "BICUBIC": Image.BICUBIC}


def image(channels, height, width, phase=0.0, low=0, high=255):
    i = np.arange(channels * height * width, dtype=np.float64)
    v = np.rint(low + (high - low) * (0.5 + 0.5 * np.sin(phase + 0.37 * i * i / 97)))
    v = v.astype(np.uint8).reshape(channels, height, width)
    return Image.fromarray(v[0]) if channels == 1 else Image.fromarray(np.moveaxis(v, 0, 2))


def text(im):
    a = np.asarray(im)
    a = a[None] if a.ndim == 2 else np.moveaxis(a, 2, 0)
    return hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()[:16]


def solarize_add(im, add):
    table = [min(255, v + add) if v < 128 else v for v in range(256)]
    return im.point(table * len(im.getbands()))


VALUES = {
    "AUTO_CONTRAST": (lambda im, s: ImageOps.autocontrast(im), [0]),
    "EQUALIZE": (lambda im, s: ImageOps.equalize(im), [0]),
    "INVERT": (lambda im, s: ImageOps.invert(im), [0]),
    "POSTERIZE": (lambda im, s: im if s >= 8 else ImageOps.posterize(im, int(s)), [0, 1, 3, 4]),
    "SOLARIZE": (lambda im, s: ImageOps.solarize(im, int(s)), [0, 26, 128, 256]),
    "SOLARIZE_ADD": (lambda im, s: solarize_add(im, int(s)), [0, 55, 110]),
    "COLOUR": (lambda im, s: ImageEnhance.Color(im).enhance(s), [0.1, 0.5, 1.0, 1.37, 1.9]),
    "CONTRAST": (lambda im, s: ImageEnhance.Contrast(im).enhance(s), [0.1, 0.5, 1.0, 1.37, 1.9]),
    "BRIGHTNESS": (lambda im, s: ImageEnhance.Brightness(im).enhance(s), [0.1, 0.5, 1.0, 1.37, 1.9]),
    "SHARPNESS": (lambda im, s: ImageEnhance.Sharpness(im).enhance(s), [0.1, 0.5, 1.0, 1.37, 1.9]),
}


def affine(im, matrix, how, fill):
    return im.transform(im.size, Image.AFFINE, matrix, resample=how, fillcolor=fill)


GEOMETRY = {
    "ROTATE": (lambda im, s, how, fill: im.rotate(s, resample=how, fillcolor=fill), [0, 13.5, 27, 30, -7.25, -30]),
    "SHEAR_X": (lambda im, s, how, fill: affine(im, (1, s, 0, 0, 1, 0), how, fill), [0.27, -0.3, 0.05]),
    "SHEAR_Y": (lambda im, s, how, fill: affine(im, (1, 0, 0, s, 1, 0), how, fill), [0.27, -0.3, 0.05]),
    "TRANSLATE_X": (
        lambda im, s, how, fill: affine(im, (1, 0, s * im.size[0], 0, 1, 0), how, fill), [0.405, -0.45, 0.01]),
    "TRANSLATE_Y": (
        lambda im, s, how, fill: affine(im, (1, 0, 0, 0, 1, s * im.size[1]), how, fill), [0.405, -0.45, 0.01]),
}

SHAPES = [(1, 7, 9), (3, 6, 8), (3, 33, 32), (3, 2, 2), (1, 28, 28)]


def operations():
    """A narrow range of values too: there auto-contrast and equalize have something to do."""
    for channels, height, width in SHAPES:
        for low, high in ((0, 255), (60, 170)):
            im = image(channels, height, width, 1.0, low, high)
            fill = FILL[0] if channels == 1 else FILL
            values = [
                [name, s, "BICUBIC", text(f(im, s))] for name, (f, strengths) in VALUES.items() for s in strengths]
            geometry = [
                [name, s, how, text(f(im, s, resample, fill))]
                for name, (f, strengths) in GEOMETRY.items() for s in strengths for how, resample in HOW.items()]
            yield {"channels": channels, "height": height, "width": width, "low": low, "high": high,
                   "cases": values + geometry}


def flat():
    """Images of one value, and of two: the branches in which nothing is to be done."""
    for v in ((77, 77), (0, 255), (10, 11)):
        im = Image.fromarray(np.array([[v[0]] * 24 + [v[1]] * 24] * 16, dtype=np.uint8))
        for name in ("AUTO_CONTRAST", "EQUALIZE"):
            yield {"values": list(v), "operation": name, "out": text(VALUES[name][0](im, 0))}


def resized():
    for channels in (1, 3):
        for height, width, box, size in [
            (32, 32, (3, 5, 20, 17), (32, 32)), (28, 28, (0, 0, 28, 28), (32, 32)), (37, 50, (7, 2, 31, 30), (22, 22)),
            (50, 37, (0, 0, 37, 50), (8, 11)), (40, 40, (10, 0, 16, 40), (16, 16)), (40, 40, (0, 3, 40, 9), (40, 20)),
            (9, 9, (4, 4, 1, 1), (5, 5)), (300, 200, (20, 10, 150, 260), (64, 64)),
        ]:
            im = image(channels, height, width, 0.3)
            x, y, w, h = box
            for how, resample in HOW.items():
                out = im.crop((x, y, x + w, y + h)).resize(size, resample)
                yield {"channels": channels, "height": height, "width": width, "box": box, "size": size, "how": how,
                       "out": text(out)}


def centred():
    """What evaluation does: the shorter side to size / ratio, then the centre (torchvision's rounding)."""
    for height, width, size, ratio in [(50, 37, 16, 0.875), (37, 50, 16, 0.875), (30, 30, 15, 1.0), (20, 41, 20, 1.0)]:
        im = image(3, height, width, 0.7)
        side = math.floor(size / ratio)
        short = min(height, width)
        new = (side if width == short else int(side * width / short), side if height == short else int(side * height / short))
        im = im.resize(new, Image.BICUBIC)
        top, left = int(round((new[1] - size) / 2.0)), int(round((new[0] - size) / 2.0))
        out = im.crop((left, top, left + size, top + size))
        yield {"height": height, "width": width, "size": size, "ratio": ratio, "out": text(out)}


def mixed():
    """Mixup and CutMix of a batch with itself in reversed order, in float32."""
    x = torch.from_numpy(np.sin(0.37 * np.arange(4 * 2 * 5 * 5, dtype=np.float64) ** 2)).float().reshape(4, 2, 5, 5)
    labels = torch.tensor([2, 0, 1, 2])
    one_hot = torch.nn.functional.one_hot(labels, 3).float()
    for lam in (0.3, 0.0, 1.0, 0.87654321):
        y = x.clone().mul_(lam).add_(x.flip(0).mul_(1.0 - lam))
        target = one_hot * lam + one_hot.flip(0) * (1.0 - lam)
        yield {"kind": "mixup", "lambda": lam, "pixels": [float(v) for v in y.reshape(-1)],
               "targets": [float(v) for v in target.reshape(-1)]}
    for lam, cy, cx in ((0.3, 2, 2), (0.3, 0, 4), (0.9, 1, 3), (1.0, 2, 2), (0.0, 2, 2)):
        cut = int(5 * np.sqrt(1 - lam))
        y0, y1 = np.clip(cy - cut // 2, 0, 5), np.clip(cy + cut // 2, 0, 5)
        x0, x1 = np.clip(cx - cut // 2, 0, 5), np.clip(cx + cut // 2, 0, 5)
        y = x.clone()
        y[:, :, y0:y1, x0:x1] = x.flip(0)[:, :, y0:y1, x0:x1]
        true = 1.0 - float((y1 - y0) * (x1 - x0)) / 25
        target = one_hot * true + one_hot.flip(0) * (1.0 - true)
        yield {"kind": "cutmix", "lambda": lam, "centre": [cx, cy], "pixels": [float(v) for v in y.reshape(-1)],
               "targets": [float(v) for v in target.reshape(-1)]}


def encoded(im, **options):
    out = io.BytesIO()
    im.save(out, **options)
    return out.getvalue()


def files():
    """Image files of every kind with what PIL reads from them: exactly for PNG; for JPEG, where decoders round on
    their own, the values themselves."""
    rgb = image(3, 16, 12, 0.2)
    grey = image(1, 16, 12, 0.2)
    smooth = rgb.resize((3, 4), Image.BOX).resize((12, 16), Image.BICUBIC)
    cmyk = smooth.convert("CMYK")
    cmyk.putdata([(c, m, y, (i * 5) % 128) for i, (c, m, y, _) in enumerate(cmyk.getdata())])
    rgba, la = rgb.copy(), grey.copy()
    rgba.putalpha(image(1, 16, 12, 2.0))
    la.putalpha(image(1, 16, 12, 2.0))
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 256 + 77)
    ink = encoded(cmyk, format="JPEG", quality=95)
    adobe = ink.index(b"Adobe")
    cases = {
        "rgb.jpg": encoded(smooth, format="JPEG", quality=95, subsampling=0),
        "subsampled.jpg": encoded(smooth, format="JPEG", quality=95),
        "progressive.jpg": encoded(smooth, format="JPEG", quality=90, progressive=True),
        "grey.jpg": encoded(smooth.convert("L"), format="JPEG", quality=95),
        "cmyk.jpg": ink,
        "ycck.jpg": ink[:adobe + 11] + bytes([2]) + ink[adobe + 12:],
        "rgb.png": encoded(rgb, format="PNG"),
        "rgba.png": encoded(rgba, format="PNG"),
        "grey.png": encoded(grey, format="PNG"),
        "grey_alpha.png": encoded(la, format="PNG"),
        "palette.png": encoded(rgb.quantize(9), format="PNG"),
        "black_and_white.png": encoded(grey.convert("1"), format="PNG"),
        "deep.png": encoded(deep, format="PNG"),
    }
    for name, raw in cases.items():
        # PIL cuts 16 bits at 255 instead of scaling them.
        im = grey if name == "deep.png" else Image.open(io.BytesIO(raw))
        colour = np.moveaxis(np.asarray(im.convert("RGB")), 2, 0)
        exact = name.endswith(".png")
        yield {"name": name, "file": base64.b64encode(raw).decode(), "height": 16, "width": 12,
               "rgb": text(im.convert("RGB")) if exact else np.ascontiguousarray(colour).tobytes().hex(),
               "grey": text(im.convert("RGB").convert("L")) if exact else None}


def write(name, cases):
    lines = [f'"reference": {json.dumps({"name": "PIL", "version": PIL.__version__, "torch": torch.__version__})}']
    for key, rows in cases.items():
        lines.append(f'"{key}": [\n' + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]")
    (OUT / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    write("images", {"operations": operations(), "flat": flat(), "resized": resized(), "centred": centred(),
                     "mixed": mixed()})
    write("files", {"files": files()})


if __name__ == "__main__":
    main()
