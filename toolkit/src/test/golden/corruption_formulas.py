"""Formulas and constants of the corruptions of ImageNet-C and CIFAR-C in numpy, SciPy, scikit-image, OpenCV and PIL,
for make_corruptions.py: x (H, W, 3) in 0..1, constants of a severity, a source of random numbers."""
import io
import math
import pathlib

import cv2
import numpy as np
import scipy.ndimage as ndi
from PIL import Image
from skimage.color import hsv2rgb, rgb2hsv
from skimage.filters import gaussian


def blur(x, sigma):
    return gaussian(x, sigma=sigma, channel_axis=-1)


def gaussian_noise(x, c, r):
    return x + r.normal(scale=c, size=x.shape)


def speckle_noise(x, c, r):
    return x + x * r.normal(scale=c, size=x.shape)


def defocus_blur(x, c, r):
    reach, taps = (8, 3) if c[0] <= 8 else (c[0], 5)
    a = np.arange(-reach, reach + 1)
    k = (a[:, None] ** 2 + a[None] ** 2 <= c[0] ** 2).astype(np.float64)
    k = cv2.GaussianBlur(k / k.sum(), (taps, taps), c[1])
    return np.stack([ndi.correlate(x[..., i], k, mode="mirror") for i in range(3)], -1)


def glass_blur(x, c, r):
    x = np.uint8(blur(x, c[0]) * 255)
    side, d = len(x), c[1]
    for _ in range(c[2]):
        for h in range(side - d, d, -1):
            for w in range(side - d, d, -1):
                dx, dy = r.randint(-d, d, size=(2,))
                x[h, w] = x[h + dy, w + dx]
    return blur(x / 255.0, c[0])


def line(x, radius, sigma, angle):
    """x has channels; taken at whole pixels along a half-line, edges repeated."""
    i = np.arange(2 * radius + 1)
    k = np.exp(-(i**2) / (2 * sigma**2))
    dy = np.ceil(i * np.sin(np.deg2rad(angle)) - 0.5).astype(int)
    dx = np.ceil(i * np.cos(np.deg2rad(angle)) - 0.5).astype(int)
    rows, columns = np.arange(x.shape[0]), np.arange(x.shape[1])
    out = 0
    for w, a, b in zip(k / k.sum(), dy, dx):
        out = out + w * x[np.clip(rows + a, 0, len(rows) - 1)][:, np.clip(columns + b, 0, len(columns) - 1)]
    return out


def motion_blur(x, c, r):
    return line(x, c[0], c[1], r.uniform(-45, 45))


def centre(x, z):
    side = x.shape[0]
    n = math.ceil(side / z)
    top = (side - n) // 2
    part = x[top : top + n, top : top + n]
    large = ndi.zoom(part, (z, z) + (1,) * (x.ndim - 2), order=1, mode="nearest")
    skip = (large.shape[0] - side) // 2
    return large[skip : skip + side, skip : skip + side]


def zoom_blur(x, c, r):
    factors = np.arange(1, c[0], c[1])
    return (x + sum(centre(x, z) for z in factors)) / (len(factors) + 1)


def luma(x):
    return x @ np.array([0.299, 0.587, 0.114])


def snow(x, c, r):
    flakes = centre(r.normal(c[0], c[1], size=x.shape[:2]), c[2])
    flakes = np.clip(np.where(flakes < c[3], 0, flakes), 0, 1)
    flakes = np.round(line(flakes, c[4], c[5], r.uniform(-135, -45)) * 255) / 255
    x = c[6] * x + (1 - c[6]) * np.maximum(x, luma(x)[..., None] * 1.5 + 0.5)
    return x + (flakes + flakes[::-1, ::-1])[..., None]


def cloud(n, decay, r):
    """Diamond-square on a torus, each new point from four old ones at (row, column) offsets."""
    m = np.zeros((n, n))
    step, wibble = n, 100.0
    while step >= 2:
        h = step // 2
        for y0, x0, offsets in (
            (h, h, ((-h, -h), (-h, h), (h, -h), (h, h))),
            (0, h, ((-h, 0), (h, 0), (0, -h), (0, h))),
            (h, 0, ((-h, 0), (h, 0), (0, -h), (0, h))),
        ):
            y, x = np.meshgrid(np.arange(y0, n, step), np.arange(x0, n, step), indexing="ij")
            old = sum(m[(y + a) % n, (x + b) % n] for a, b in offsets) / 4
            m[y, x] = old + wibble * r.uniform(-wibble, wibble, size=y.shape)
        step //= 2
        wibble /= decay
    return (m - m.min()) / (m.max() - m.min())


def fog(x, c, r):
    side, top = len(x), x.max()
    n = 2 ** math.ceil(math.log2(side))
    return (x + c[0] * cloud(n, c[1], r)[:side, :side, None]) * top / (top + c[0])


def brightness(x, c, r):
    h = rgb2hsv(x)
    h[..., 2] = np.clip(h[..., 2] + c, 0, 1)
    return hsv2rgb(h)


def contrast(x, c, r):
    mean = x.mean((0, 1), keepdims=True)
    return (x - mean) * c + mean


def elastic_transform(x, c, r):
    side = len(x)
    alpha, sigma, reach = (side * v for v in c)
    s, m = side // 3, side // 2
    before = np.array([[m + s, m + s], [m + s, m - s], [m - s, m - s]], dtype=np.float64)
    after = before + r.uniform(-reach, reach, size=(3, 2))
    back = np.linalg.solve(np.c_[after, np.ones(3)], before)
    yy, xx = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    from_x = xx * back[0, 0] + yy * back[1, 0] + back[2, 0]
    from_y = xx * back[0, 1] + yy * back[1, 1] + back[2, 1]
    x = np.stack([ndi.map_coordinates(x[..., i], (from_y, from_x), order=1, mode="mirror") for i in range(3)], -1)
    dx, dy = (
        gaussian(r.uniform(-1, 1, size=(side, side)), sigma, mode="reflect", truncate=3) * alpha for _ in range(2)
    )
    return np.stack(
        [ndi.map_coordinates(x[..., i], (yy + dy, xx + dx), order=1, mode="reflect") for i in range(3)], -1
    )


def pil(x):
    return Image.fromarray(np.uint8(np.rint(x * 255)))


def pixelate(x, c, r):
    side = len(x)
    small = pil(x).resize((int(side * c), int(side * c)), Image.BOX)
    return np.asarray(small.resize((side, side), Image.BOX)) / 255.0


def jpeg_compression(x, c, r):
    file = io.BytesIO()
    pil(x).save(file, "JPEG", quality=c)
    return np.asarray(Image.open(file)) / 255.0


def gaussian_blur(x, c, r):
    return blur(x, c)


def saturate(x, c, r):
    h = rgb2hsv(x)
    h[..., 1] = np.clip(h[..., 1] * c[0] + c[1], 0, 1)
    return hsv2rgb(h)


def spatter(x, c, r):
    liquid = gaussian(r.normal(c[0], c[1], size=x.shape[:2]), sigma=c[2])
    liquid[liquid < c[3]] = 0
    if c[5]:
        m = gaussian((liquid > c[3]).astype(np.float32), sigma=c[4])
        m = np.where(m < 0.8, 0, m)[..., None]
        return x * (1 - m) + m * np.array([63, 42, 20]) / 255
    liquid = (liquid * 255).astype(np.uint8)
    far = cv2.distanceTransform(255 - cv2.Canny(liquid, 50, 150), cv2.DIST_L2, 5)
    far = cv2.equalizeHist(cv2.blur(np.minimum(far, 20), (3, 3)).astype(np.uint8))
    far = cv2.blur(cv2.filter2D(far, cv2.CV_8U, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])), (3, 3))
    m = liquid * far.astype(np.float32)
    return x + (m / max(m.max(), 1e-30) * c[4])[..., None] * np.array([175, 238, 238]) / 255


PHOTOS = [f"frost{k}.{'png' if k < 4 else 'jpg'}" for k in range(1, 6)]


def frost(x, c, r):
    """Of a 32 x 32 image: a crop of a photo at a fifth of its size."""
    import imagecorruptions

    folder = pathlib.Path(imagecorruptions.__file__).parent / "frost"
    photo = cv2.resize(cv2.imread(str(folder / PHOTOS[r.integers(5)])), (0, 0), fx=0.2, fy=0.2)[..., ::-1] / 255
    top, left = r.integers(photo.shape[0] - 32), r.integers(photo.shape[1] - 32)
    return c[0] * x + c[1] * photo[top : top + 32, left : left + 32]


def shot_noise(x, c, r):
    return r.poisson(x * c) / c


def impulse_noise(x, c, r):
    return np.where(r.random(x.shape) < c, r.integers(0, 2, x.shape), x)


SMALL = {
    "gaussian_noise": [0.04, 0.06, 0.08, 0.09, 0.10],
    "shot_noise": [500, 250, 100, 75, 50],
    "impulse_noise": [0.01, 0.02, 0.03, 0.05, 0.07],
    "defocus_blur": [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
    "glass_blur": [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)],
    "motion_blur": [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)],
    "zoom_blur": [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
    "snow": [
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
        (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
        (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
        (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ],
    "frost": [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)],
    "fog": [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)],
    "brightness": [0.05, 0.1, 0.15, 0.2, 0.3],
    "contrast": [0.75, 0.5, 0.4, 0.3, 0.15],
    "elastic_transform": [(0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)],
    "pixelate": [0.95, 0.9, 0.85, 0.75, 0.65],
    "jpeg_compression": [80, 65, 58, 50, 40],
    "speckle_noise": [0.06, 0.1, 0.12, 0.16, 0.2],
    "gaussian_blur": [0.4, 0.6, 0.7, 0.8, 1],
    "spatter": [
        (0.62, 0.1, 0.7, 0.7, 0.5, 0),
        (0.65, 0.1, 0.8, 0.7, 0.5, 0),
        (0.65, 0.3, 1, 0.69, 0.5, 0),
        (0.65, 0.1, 0.7, 0.69, 0.6, 1),
        (0.65, 0.1, 0.5, 0.68, 0.6, 1),
    ],
    "saturate": [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)],
}
S = 244 / 224
LARGE = {
    "gaussian_noise": [0.08, 0.12, 0.18, 0.26, 0.38],
    "shot_noise": [60, 25, 12, 5, 3],
    "impulse_noise": [0.03, 0.06, 0.09, 0.17, 0.27],
    "defocus_blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
    "glass_blur": [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)],
    "motion_blur": [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)],
    "zoom_blur": [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)],
    "snow": [
        (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
        (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
        (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
        (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
        (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ],
    "frost": [(1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)],
    "fog": [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)],
    "brightness": [0.1, 0.2, 0.3, 0.4, 0.5],
    "contrast": [0.4, 0.3, 0.2, 0.1, 0.05],
    "elastic_transform": [
        (2 * S, 0.7 * S, 0.1 * S),
        (2 * S, 0.08 * S, 0.2 * S),
        (0.05 * S, 0.01 * S, 0.02 * S),
        (0.07 * S, 0.01 * S, 0.02 * S),
        (0.12 * S, 0.01 * S, 0.02 * S),
    ],
    "pixelate": [0.6, 0.5, 0.4, 0.3, 0.25],
    "jpeg_compression": [25, 18, 15, 10, 7],
    "speckle_noise": [0.15, 0.2, 0.35, 0.45, 0.6],
    "gaussian_blur": [1, 2, 3, 4, 6],
    "spatter": [
        (0.65, 0.3, 4, 0.69, 0.6, 0),
        (0.65, 0.3, 3, 0.68, 0.6, 0),
        (0.65, 0.3, 2, 0.68, 0.5, 0),
        (0.65, 0.3, 1, 0.65, 1.5, 1),
        (0.67, 0.4, 1, 0.65, 1.5, 1),
    ],
    "saturate": [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)],
}
