#!/usr/bin/env python3
"""Writes golden/sam.json: twenty updates of SAM and its relatives by the authors' or others' code, in float64.

    apt-get install -y --no-install-recommends python3-torch git
    /usr/bin/python3 toolkit/src/test/golden/make_sam.py REFERENCES

REFERENCES is a folder with git clones of davda54/sam as sam, SamsungLabs/ASAM as ASAM, juntang-zhuang/GSAM as GSAM and
rollovd/LookSAM as LookSAM. Nothing of them is copied here.

The function: 8 inputs of 3 numbers, fc1 (3 to 4), tanh, fc2 (4 to 2), mean softmax cross-entropy with the labels
0 1 1 0 1 0 0 1. Parameter k of fc1.weight (4, 3), fc1.bias (4), fc2.weight (2, 4), fc2.bias (2), counted from 1:
value(i, k); inputs (8, 3): 2 value(i, 100); with value(i, salt) of make_optimizers.py. Base optimizer: SGD, momentum
0.9, learning rate 0.1, which in "gsam" alone falls linearly: 0.1 (1 - (t - 1) / 20) at update t = 1 ... 20.

The rules, w all parameters together, g their gradient, |.| the global Euclidean norm:

    sam       g is replaced by the gradient at w + rho g / |g|, rho 0.05 (1e-12 is added to the norm).
    asam      T = |w| + 0.01 elementwise for the weights, 1 for parameters whose name lacks "weight" (the biases);
              g is replaced by the gradient at w + rho T^2 g / |T g|, rho 0.5 (1e-16 is added to the norm).
    gsam      rho_t = 0.02 + (0.1 - 0.02) lr_t / 0.1 of the same update's learning rate; h = gradient at
              w + rho_t g / |g|; the update is with h - 0.4 v, v = g - (g . h) h / |h|^2 the part of g at right angles
              to h (1e-12 is added to the norms).
    looksam   Every 5th update, from the first: h = gradient at w + 0.05 g / |g| (1e-8 is added to the norm), update
              with h, and v = h - (h . g) g / |g|^2. The updates between: g + 0.7 (|g| / |v|) v (1e-8 is added to |v|).

LookSAM's paper has v and its norms over all parameters together. The public code, which is not the authors', takes them
tensor by tensor, hence runs here on one flat parameter. Tensor by tensor would be no test: the gradient of fc2.bias is
always a multiple of (1, -1), so that its v is rounding alone. What the code wrongly does at the updates between, to go
back to the weights of the last full update, is made to have no effect.
"""
import json
import pathlib
import sys

import torch

from make_optimizers import commit, module, value

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden" / "sam.json"
SHAPES = {"fc1.weight": (4, 3), "fc1.bias": (4,), "fc2.weight": (2, 4), "fc2.bias": (2,)}
LABELS = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
UPDATES = 20
SHOWN = (1, 5, 20)
LR = 0.1


def filled(shape, salt, scale=1.0):
    count = torch.Size(shape).numel()
    return torch.tensor([scale * value(i, salt) for i in range(count)], dtype=torch.float64).reshape(shape)


def inputs():
    return filled((8, 3), 100, 2.0)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = torch.nn.Linear(3, 4)
        self.fc2 = torch.nn.Linear(4, 2)
        with torch.no_grad():
            for k, (name, p) in enumerate(self.named_parameters()):
                p.copy_(filled(SHAPES[name], k + 1))

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))

    def weights(self):
        return {name: p.detach().reshape(-1).tolist() for name, p in self.named_parameters()}


class FlatNet(torch.nn.Module):
    """The same function of one flat parameter."""

    def __init__(self):
        super().__init__()
        self.flat = torch.nn.Parameter(torch.cat([p.detach().reshape(-1) for p in Net().parameters()]))

    def parts(self):
        parts = self.flat.split([torch.Size(s).numel() for s in SHAPES.values()])
        return {name: part.reshape(shape) for part, (name, shape) in zip(parts, SHAPES.items())}

    def forward(self, x):
        p = self.parts()
        linear = torch.nn.functional.linear
        return linear(torch.tanh(linear(x, p["fc1.weight"], p["fc1.bias"])), p["fc2.weight"], p["fc2.bias"])

    def weights(self):
        return {name: p.detach().reshape(-1).tolist() for name, p in self.parts().items()}


def loss_of(net):
    return torch.nn.functional.cross_entropy(net(inputs()), LABELS)


def updates(net, update):
    """update(t) for t = 1 ...; returns the loss before each update and the weights after the shown ones."""
    losses, shown = [], {}
    for t in range(1, UPDATES + 1):
        losses.append(float(loss_of(net)))
        net.zero_grad()
        update(t)
        if t in SHOWN:
            shown[str(t)] = net.weights()
    return {"losses": losses, **shown}


def sam(root):
    net = Net()
    optimizer = module(root / "sam", "ref_sam", "sam").SAM(
        net.parameters(), torch.optim.SGD, rho=0.05, adaptive=False, lr=LR, momentum=0.9)

    def update(t):
        loss_of(net).backward()
        optimizer.first_step(zero_grad=True)
        loss_of(net).backward()
        optimizer.second_step(zero_grad=True)

    return updates(net, update)


def asam(root):
    net = Net()
    base = torch.optim.SGD(net.parameters(), LR, momentum=0.9)
    minimizer = module(root / "ASAM", "ref_asam", "asam").ASAM(base, net, rho=0.5, eta=0.01)

    def update(t):
        loss_of(net).backward()
        minimizer.ascent_step()
        loss_of(net).backward()
        minimizer.descent_step()

    return updates(net, update)


def gsam(root):
    net = Net()
    gsam_code = root / "GSAM" / "gsam"
    base = torch.optim.SGD(net.parameters(), LR, momentum=0.9)
    schedulers = module(gsam_code, "ref_gsam", "scheduler")
    lr = schedulers.LinearScheduler(T_max=UPDATES, max_value=LR, min_value=0.0, optimizer=base)
    lr.step()  # the schedule's value 0 is for update 1
    rho = schedulers.ProportionScheduler(lr, max_lr=LR, min_lr=0.0, max_value=0.1, min_value=0.02)
    optimizer = module(gsam_code, "ref_gsam", "gsam").GSAM(
        net.parameters(), base, net, gsam_alpha=0.4, rho_scheduler=rho, adaptive=False)

    def update(t):
        optimizer.set_closure(torch.nn.functional.cross_entropy, inputs(), LABELS)
        assert abs(base.param_groups[0]["lr"] - LR * (1 - (t - 1) / UPDATES)) < 1e-15
        assert abs(optimizer.rho_t - (0.02 + 0.8 * base.param_groups[0]["lr"])) < 1e-15
        optimizer.step()
        lr.step()
        optimizer.update_rho_t()

    return updates(net, update)


def looksam(root):
    net = FlatNet()
    cls = module(root / "LookSAM", "ref_looksam", "looksam").LookSAM
    optimizer = cls(k=5, alpha=0.7, model=net, base_optimizer=torch.optim.SGD,
                    criterion=torch.nn.functional.cross_entropy, rho=0.05, lr=LR, momentum=0.9)

    def update(t):
        if (t - 1) % 5:
            for p in net.parameters():  # else it goes back to the weights of the last full update
                optimizer.state[p]["old_p"] = p.data.clone()
        loss_of(net).backward()
        optimizer.step(t - 1, inputs(), LABELS)

    return updates(net, update)


def main(root):
    torch.set_default_dtype(torch.float64)
    names = {
        "sam": "davda54/sam", "ASAM": "SamsungLabs/ASAM", "GSAM": "juntang-zhuang/GSAM", "LookSAM": "rollovd/LookSAM"}
    reference = {
        "name": ", ".join(names.values()), "version": ", ".join(commit(root / n) for n in names),
        "torch": torch.__version__}
    cases = {"sam": sam(root), "asam": asam(root), "gsam": gsam(root), "looksam": looksam(root)}
    text = json.dumps({"reference": reference, "cases": cases}, separators=(",", ":"))
    OUT.write_text(text.replace('},"', '},\n"').replace('],"', '],\n"') + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
