"""Writes the TorchScript modules that the benchmark's part `zoo` compares with: the networks as others wrote them.

    /usr/bin/python3 bench/modules.py target/bench/modules

Needs Debian's python3-torch and python3-torchvision. Four networks are torchvision's classes; the Mixer, which
torchvision lacks, is written here after arXiv 2105.01601. Each is written twice, `-cl` with its convolutions' weights in
channels-last order. Weights are random: only time is compared.
"""

import sys
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.convnext import CNBlockConfig


class MixerBlock(nn.Module):
    def __init__(self, tokens: int, dim: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.tokens = nn.Sequential(nn.Linear(tokens, dim // 2), nn.GELU(), nn.Linear(dim // 2, tokens))
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.channels = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class Mixer(nn.Module):
    """MLP-Mixer: (N, 3, 224, 224) to (N, classes)."""

    def __init__(self, patch: int, dim: int, depth: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, dim, patch, patch)
        self.blocks = nn.Sequential(*[MixerBlock((224 // patch) ** 2, dim) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2)
        return self.head(self.norm(self.blocks(x)).mean(1))


def resnet50_cifar() -> nn.Module:
    net = torchvision.models.resnet50(num_classes=100)
    net.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    net.maxpool = nn.Identity()
    return net


def convnext_atto() -> nn.Module:
    stages = [CNBlockConfig(40, 80, 2), CNBlockConfig(80, 160, 2), CNBlockConfig(160, 320, 6), CNBlockConfig(320, None, 2)]
    return torchvision.models.ConvNeXt(stages, stochastic_depth_prob=0, num_classes=1000)


def vit_tiny_patch16() -> nn.Module:
    return torchvision.models.VisionTransformer(224, 16, num_layers=12, num_heads=3, hidden_dim=192, mlp_dim=768)


def swin_tiny() -> nn.Module:
    return torchvision.models.SwinTransformer(
        [4, 4], 96, [2, 2, 6, 2], [3, 6, 12, 24], [7, 7], stochastic_depth_prob=0, num_classes=1000
    )


def mixer_s16() -> nn.Module:
    return Mixer(16, 512, 8, 1000)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for build in (resnet50_cifar, convnext_atto, vit_tiny_patch16, swin_tiny, mixer_s16):
        net = build()
        torch.jit.script(net).save(folder / f"{build.__name__}.pt")
        torch.jit.script(net.to(memory_format=torch.channels_last)).save(folder / f"{build.__name__}-cl.pt")


if __name__ == "__main__":
    main()
