"""One training of the optimizer study as a careful script in plain PyTorch: the whole process is what is measured.

    python cell.py NETWORK FOLDER [cl] [compile]

NETWORK is resnet_micro, vit_micro or convnext_micro, FOLDER has Fashion-MNIST's IDX files. With `cl` images and
convolution weights are in channels-last order, with `compile` the network goes through torch.compile.

3000 images of 16x16, 4 epochs of batches of 32, images mirrored at random, AdamW at 0.002 with decay 0.05 of the
weights of linear maps and convolutions, a rate that rises for a tenth of the steps and falls as a cosine; accuracy on
1000 held-out images after every epoch, and on 2000 test images at the end; one thread. Writes one line of JSON with the
fields of CellResult.java: `seconds` is all that follows the imports, `cpu` the processor time of the whole process.
"""

import gzip
import json
import math
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from networks import micro_network, parameter_count

TRAIN, VALIDATION, TEST = 3000, 1000, 2000
SIZE, CLASSES, BATCH, EPOCHS = 16, 10, 32, 4
RATE, DECAY = 2e-3, 0.05
EVALUATED_AT_ONCE = 250


def read(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """Returns the images (N, 1, 28, 28) as bytes, and the labels; files are gzip or plain."""
    content = []
    for name, head in ((f"{part}-images-idx3-ubyte", 16), (f"{part}-labels-idx1-ubyte", 8)):
        packed = folder / f"{name}.gz"
        with gzip.open(packed) if packed.exists() else open(folder / name, "rb") as f:
            content.append(torch.frombuffer(bytearray(f.read()), dtype=torch.uint8, offset=head))
    return content[0].view(-1, 1, 28, 28), content[1].long()


def stratified(labels: Tensor, counts: list[int], generator: torch.Generator) -> list[Tensor]:
    """Returns the indices of disjoint parts of so many images; each has every class in equal numbers."""
    order = torch.randperm(len(labels), generator=generator)
    each = [count // CLASSES for count in counts]
    by_class = torch.stack([order[labels[order] == c][: sum(each)] for c in range(CLASSES)])
    return [part.flatten() for part in by_class.split(each, 1)]


def prepared(images: Tensor) -> Tensor:
    """Returns float images of 16x16 pixels."""
    return F.interpolate(images.float() / 255, (SIZE, SIZE), mode="bilinear", antialias=True)


def data(folder: Path, generator: torch.Generator) -> list[tuple[Tensor, Tensor]]:
    """Returns training, validation and test images with their labels, normalised by the training images."""
    images, labels = read(folder, "train")
    parts = [(images[i], labels[i]) for i in stratified(labels, [TRAIN, VALIDATION], generator)]
    images, labels = read(folder, "t10k")
    parts += [(images[i], labels[i]) for i in stratified(labels, [TEST], generator)]
    resized = [prepared(x) for x, _ in parts]
    mean, deviation = resized[0].mean(), resized[0].std()
    return [((x - mean) / deviation, y) for x, (_, y) in zip(resized, parts)]


def optimizer(net: nn.Module) -> torch.optim.Optimizer:
    """Weights of linear maps and convolutions decay; biases, norms, scales, tokens and positions do not."""
    decayed = [m.weight for m in net.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]
    known = {id(p) for p in decayed}
    rest = [p for p in net.parameters() if id(p) not in known]
    groups = [{"params": decayed, "weight_decay": DECAY}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=RATE, fused=True)


def share(step: int, warmup: int, total: int) -> float:
    """Returns the learning rate of a step as a share of the highest."""
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


@torch.inference_mode()
def accuracy(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Returns the share of right answers in percent."""
    net.eval()
    right = sum(
        (net(x).argmax(1) == y).sum() for x, y in zip(images.split(EVALUATED_AT_ONCE), labels.split(EVALUATED_AT_ONCE))
    )
    net.train()
    return 100 * right.item() / len(labels)


def train(net: nn.Module, model: nn.Module, images: Tensor, labels: Tensor, validation: tuple[Tensor, Tensor]) -> dict:
    """Trains the network by way of `model`, which is itself or its compiled form."""
    update = optimizer(net)
    per_epoch = math.ceil(len(labels) / BATCH)
    total = EPOCHS * per_epoch
    warmup = round(total / 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(update, lambda step: share(step, warmup, total))
    losses, curve = [], []
    for _ in range(EPOCHS):
        loss_sum = torch.zeros(())
        for chosen in torch.randperm(len(labels)).split(BATCH):
            x = images[chosen]
            mirrored = torch.rand(len(chosen)) < 0.5
            x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
            loss = F.cross_entropy(model(x), labels[chosen])
            update.zero_grad()
            loss.backward()
            update.step()
            schedule.step()
            loss_sum += loss.detach()
        losses.append(loss_sum.item() / per_epoch)
        curve.append(accuracy(net, *validation))
    return {"loss": losses[-1], "curve": curve}


def main() -> None:
    if len(sys.argv) < 3 or not set(sys.argv[3:]) <= {"cl", "compile"}:
        raise SystemExit("usage: cell.py NETWORK FOLDER [cl] [compile]")
    begun = time.perf_counter()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    training, validation, test = data(Path(sys.argv[2]), torch.Generator().manual_seed(0))
    net = micro_network(sys.argv[1])
    if "cl" in sys.argv[3:]:
        net = net.to(memory_format=torch.channels_last)
    # Batches have two sizes, as an epoch's last is smaller: each gets code of its own.
    model = torch.compile(net, dynamic=False) if "compile" in sys.argv[3:] else net
    out = {"network": sys.argv[1], "parameters": parameter_count(net)}
    out |= train(net, model, *training, validation)
    out["test"] = accuracy(net, *test)
    out["seconds"] = time.perf_counter() - begun
    out["cpu"] = time.process_time()
    print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
