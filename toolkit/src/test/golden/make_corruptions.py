#!/usr/bin/env python3
"""Writes golden/corruptions.json: what numpy, SciPy, scikit-image, OpenCV and PIL make of small images, for
CorruptionsGoldenTest.

    python3 -m venv venv
    venv/bin/pip install imagecorruptions==1.1.2 scikit-image==0.26.0 scipy==1.17.1 "setuptools<80"
    venv/bin/python toolkit/src/test/golden/make_corruptions.py

Images of 72 x 72 have the constants of ImageNet-C: the reference is imagecorruptions, but for elastic_transform, which
there is another one. Images of 32 x 32 have the constants of CIFAR-C: the reference is corruption_formulas.py, whose
formulas have to equal imagecorruptions at its constants first, to 2 of 255.

Nothing is random: numpy's draws are replaced by those of a linear congruential generator, which the Java side has too
(uniform: its upper 53 bits; normal: twelve uniform ones, minus 6; several at once in the order of the array). Where the
reference draws by other means (shot_noise, impulse_noise, frost), the file has moments of the change over many images.
Of an image's values in the order (channel, row, column), it has every STEP-th.
"""
import base64
import json
import pathlib
import sys
import types
import warnings

import cv2
import numpy as np
import PIL
import scipy
import scipy.ndimage as ndi
import skimage
from PIL import Image
from skimage.filters import gaussian

import corruption_formulas as formulas
from corruption_formulas import LARGE, SMALL, luma

warnings.simplefilter("ignore")
OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "corruptions.json"
STEP = {32: 7, 72: 37}
MASK = (1 << 64) - 1


def image(channels, side, phase):
    """Smooth waves and some noise: round(127 + 100 * wave + 25 * ripple), limited to bytes."""
    c, y, x = np.meshgrid(np.arange(channels), np.arange(side), np.arange(side), indexing="ij")
    i = np.arange(channels * side * side, dtype=np.float64).reshape(channels, side, side)
    wave = np.sin(phase + 0.21 * x + 0.13 * y * (c + 1) + c)
    v = 127 + 100 * wave + 25 * np.sin(phase + 0.37 * i * i / 97)
    return np.moveaxis(np.clip(np.rint(v), 0, 255).astype(np.uint8), 0, 2)


class Draws:
    """Stands in for numpy.random."""

    def __init__(self, seed):
        self.state = seed

    def unit(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.state >> 11) * 2.0**-53

    def array(self, size, one):
        if size is None:
            return one()
        return np.array([one() for _ in range(int(np.prod(size)))]).reshape(size)

    def uniform(self, low=0.0, high=1.0, size=None):
        return low + (high - low) * self.array(size, self.unit)

    def normal(self, loc=0.0, scale=1.0, size=None):
        return loc + scale * self.array(size, lambda: sum(self.unit() for _ in range(12)) - 6)

    def randint(self, low, high=None, size=None):
        low, high = (0, low) if high is None else (low, high)
        return low + (self.array(size, self.unit) * (high - low)).astype(int)


BY_MOMENTS = ("shot_noise", "impulse_noise", "frost")
MOMENT_IMAGES = 200


def ours(name, pixels, constants, seed, grey=False):
    x = getattr(formulas, name)(pixels / 255.0, constants, Draws(seed))
    x = luma(np.clip(x, 0, 1))[..., None] if grey else x
    return np.uint8(np.clip(x, 0, 1) * 255 + 1e-6)


def library():
    """imagecorruptions, which was written for older versions of its libraries."""
    np.float_ = np.float64
    old = types.ModuleType("scipy.ndimage.interpolation")
    old.map_coordinates = ndi.map_coordinates
    sys.modules["scipy.ndimage.interpolation"] = old
    from imagecorruptions import corruptions

    corruptions.gaussian = lambda x, sigma, multichannel=False, **more: gaussian(
        x, sigma=sigma, channel_axis=-1 if multichannel else None, **more
    )
    noise, random = skimage.util.random_noise, np.random.default_rng(0)
    skimage.util.random_noise = lambda x, **more: noise(x, rng=random, **more)
    return corruptions


def theirs(corruptions, name, pixels, severity, seed):
    draws, np_random = Draws(seed), np.random
    corruptions.np = types.SimpleNamespace(**{k: getattr(np, k) for k in dir(np) if not k.startswith("__")})
    corruptions.np.random = draws if name not in BY_MOMENTS else np_random
    return np.uint8(getattr(corruptions, name)(Image.fromarray(pixels), severity))


def check(name, severity, a, b):
    d = np.abs(a.astype(int) - b.astype(int))
    print(f"{name} {severity}: formula against imagecorruptions: largest {d.max()}, mean {d.mean():.4f}")
    assert d.max() <= 2, name


def sampled(pixels):
    flat = np.moveaxis(pixels, 2, 0).ravel()
    return base64.b64encode(flat[:: STEP[len(pixels)]].tobytes()).decode()


def moments(before, after):
    d = (after.astype(float) - before) / 255
    return [round(d.mean(), 6), round(d.std(), 6)]


def small_moments(name, severity):
    rng = np.random.default_rng(severity)
    before = [image(3, 32, p) for p in range(MOMENT_IMAGES)]
    after = [getattr(formulas, name)(x / 255.0, SMALL[name][severity], rng) for x in before]
    return moments(np.array(before), np.uint8(np.clip(after, 0, 1) * 255 + 1e-6))


def main():
    corruptions = library()
    cases = {}
    for name in SMALL:
        cases[name] = {"small": [], "large": [], "grey": []}
        for s in range(5):
            if name in BY_MOMENTS:
                cases[name]["small"].append(small_moments(name, s))
                before = [image(3, 72, p) for p in range(MOMENT_IMAGES)]
                np.random.seed(s)
                after = [theirs(corruptions, name, x, s + 1, 0) for x in before]
                cases[name]["large"].append(moments(np.array(before), np.array(after)))
                print(name, s + 1, cases[name]["small"][s], cases[name]["large"][s])
                continue
            cases[name]["small"].append(sampled(ours(name, image(3, 32, 1), SMALL[name][s], 5 + s)))
            grey = np.repeat(image(1, 32, 1), 3, 2)
            cases[name]["grey"].append(sampled(ours(name, grey, SMALL[name][s], 5 + s, grey=True)))
            formula = ours(name, image(3, 72, 1), LARGE[name][s], 5 + s)
            if name == "elastic_transform":
                cases[name]["large"].append(sampled(formula))
            else:
                lib = theirs(corruptions, name, image(3, 72, 1), s + 1, 5 + s)
                check(name, s + 1, formula, lib)
                cases[name]["large"].append(sampled(lib))
    used = {"numpy": np, "scipy": scipy, "scikit-image": skimage, "OpenCV": cv2, "PIL": PIL}
    versions = ", ".join(f"{name} {module.__version__}" for name, module in used.items())
    root = {"reference": {"name": "imagecorruptions", "version": "1.1.2, " + versions}, "cases": cases}
    OUT.write_text(json.dumps(root, indent=0, sort_keys=True) + "\n")
    print(OUT.stat().st_size, "bytes")


main()
