"""A child process of the benchmark: training steps in plain PyTorch, in turns with the Java contenders.

    python steps.py CONTENDER TASK THREADS VALUES

Speaks the protocol of Child.java. A first step, then as many as each line on standard input asks for; lines out:
`@first parameters loss`, then `@steps loss waited ms:others ms:others ...`. A step is forward pass, loss, backward pass
and update on one fixed batch. VALUES is the file of Values.java with the batch and the initial values, the same for every
contender, so that the losses can be compared.

CONTENDER is `python` and any of these, in any order, behind it:

    -cl       images and convolution weights in channels-last order
    -bf16     torch.autocast to bfloat16
    -medium   torch.set_float32_matmul_precision("medium"): oneDNN computes float32 products, where the processor has AMX
              by way of bfloat16, elsewhere in float32
    -compile  torch.compile, its default Inductor
    -malloc   the C library keeps freed memory; set by the environment, see Python.java
"""

import array
import os
import sys
import time
from contextlib import nullcontext
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from networks import parameter_count, step_network

FORMS = {"cl", "bf16", "medium", "compile", "malloc"}


def read_values(file: str) -> dict[str, Tensor]:
    """Reads a line of `name:axis,axis,...` words, then the float32 values of all of them in that order."""
    with open(file, "rb") as f:
        words = f.readline().decode().split()
        values = array.array("f")
        values.frombytes(f.read())
    flat = torch.tensor(values, dtype=torch.float32)
    out = {}
    at = 0
    for word in words:
        name, axes = word.split(":")
        shape = [int(axis) for axis in axes.split(",")]
        size = torch.Size(shape).numel()
        out[name] = flat[at : at + size].view(shape).clone()
        at += size
    if at != len(flat):
        raise SystemExit(f"{file} holds {len(flat)} values, its first line says {at}")
    return out


def fill(net: nn.Module, values: dict[str, Tensor]) -> None:
    """Gives the network the initial values of all contenders, after a check that names and shapes are theirs."""
    own = dict(net.named_parameters())
    if own.keys() != values.keys():
        raise SystemExit(f"parameters differ: {sorted(own.keys() ^ values.keys())}")
    with torch.no_grad():
        for name, parameter in own.items():
            if parameter.shape != values[name].shape:
                raise SystemExit(f"{name} has shape {parameter.shape}, expected {values[name].shape}")
            parameter.copy_(values[name])


def optimizer(task: str, net: nn.Module) -> torch.optim.Optimizer:
    if task == "resnet":
        return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, fused=True)
    return torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.05, fused=True)


def build(forms: set[str], task: str, file: str) -> tuple[nn.Module, Callable[[], float]]:
    """Returns the network, and what makes a step and returns its loss."""
    values = read_values(file)
    images = values.pop("pixels")
    labels = values.pop("labels").long()
    net = step_network(task)
    fill(net, values)
    if "cl" in forms:
        net = net.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    if "medium" in forms:
        torch.set_float32_matmul_precision("medium")
    net.train()
    update = optimizer(task, net)
    model = torch.compile(net) if "compile" in forms else net
    bf16 = "bf16" in forms

    def step() -> float:
        update.zero_grad()
        with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        update.step()
        return loss.item()

    return net, step


def load() -> tuple[int, int, int]:
    """Returns the busy ticks of all cores, this process's own, and the idle ones, as Load.java reads them."""
    with open("/proc/stat", encoding="ascii") as f:
        cpu = [int(word) for word in f.readline().split()[1:9]]
    idle = cpu[3] + cpu[4]
    with open(f"/proc/{os.getpid()}/stat", encoding="utf-8") as f:
        own = f.read().rpartition(")")[2].split()
    return sum(cpu) - idle, int(own[11]) + int(own[12]), idle


def others(before: tuple[int, int, int], after: tuple[int, int, int]) -> float:
    """Returns the share of all cores that other processes took between two readings, 0 to 1."""
    busy, own, idle = (b - a for a, b in zip(before, after))
    return 0.0 if busy + idle == 0 else max(0, busy - own) / (busy + idle)


def main() -> None:
    if len(sys.argv) != 5:
        raise SystemExit("usage: steps.py CONTENDER TASK THREADS VALUES")
    contender, task, threads, file = sys.argv[1:]
    first, *words = contender.split("-")
    if first != "python" or not set(words) <= FORMS:
        raise SystemExit(f"unknown contender {contender!r}; expected python and any of {sorted(FORMS)} behind it")
    torch.set_num_threads(int(threads))
    net, step = build(set(words), task, file)
    loss = step()
    print(f"@first {parameter_count(net)} {loss}", flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            before = load()
            start = time.perf_counter_ns()
            loss = step()
            ms = (time.perf_counter_ns() - start) / 1e6
            times.append(f" {ms:.3f}:{others(before, load()):.3f}")
        print(f"@steps {loss} 0{''.join(times)}", flush=True)


if __name__ == "__main__":
    main()
