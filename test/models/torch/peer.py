"""Writes networks of every kind of layer as TorchScript, scripted and traced, with what PyTorch computes. Usage: peer.py FOLDER [NAME …]"""

import json
import os
import sys
import warnings

import numpy
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(0)


class Function(nn.Module):
    """A network of one expression."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.run(self, x)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(4)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1, ceil_mode=True))
        self.blocks = nn.ModuleList([Residual(), Residual()])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return F.log_softmax(self.head(torch.flatten(self.pool(x), 1)), dim=1)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 4 * 4, 20)
        self.fc2 = nn.Linear(20, 10)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        x = x.view(-1, 16 * 4 * 4)
        return self.fc2(self.drop(F.relu(self.fc1(x))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(4, 2, 2, stride=2)
        self.norm = nn.GroupNorm(2, 4)
        self.inst = nn.InstanceNorm2d(2, affine=True)
        self.out = nn.Conv2d(4, 1, 1)

    def forward(self, x):
        y = F.leaky_relu(self.norm(self.down(x)), 0.2)
        y = self.inst(self.up(y))
        y = torch.cat([x, y], dim=1)
        return torch.sigmoid(self.out(F.pad(y, [1, 1, 0, 2])))


class Attention(nn.Module):
    """nanoGPT's block, with the attention written out."""

    def __init__(self):
        super().__init__()
        self.ln = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)
        self.proj = nn.Linear(8, 8)
        self.register_buffer("mask", torch.tril(torch.ones(16, 16)).view(1, 1, 16, 16))

    def forward(self, x):
        b, t, c = x.size()
        q, k, v = self.qkv(self.ln(x)).split(8, dim=2)
        q = q.view(b, t, 2, 4).transpose(1, 2)
        k = k.view(b, t, 2, 4).transpose(1, 2)
        v = v.view(b, t, 2, 4).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / 2.0)
        att = att.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return x + self.proj(y.transpose(1, 2).contiguous().view(b, t, c))


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(30, 8)
        self.wpe = nn.Embedding(16, 8)
        self.blocks = nn.ModuleList([Attention() for _ in range(2)])
        self.head = nn.Linear(8, 30, bias=False)

    def forward(self, idx):
        pos = torch.arange(0, idx.size(1), device=idx.device)
        x = self.wte(idx) + self.wpe(pos)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Recurrent(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.emb = nn.Embedding(12, 5)
        self.rnn = kind(5, 6, num_layers=2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        y, _ = self.rnn(self.emb(x))
        return self.fc(y[:, -1])


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 8)
        self.b = nn.Linear(6, 8)
        self.relu = nn.ReLU()
        self.shared = nn.Linear(8, 8)

    def forward(self, x):
        y = F.silu(self.a(x)) * self.b(x)
        y = self.relu(self.shared(y))
        y = self.relu(self.shared(y))
        first, second = y.chunk(2, dim=1)
        return torch.stack([first, second], dim=1).mean(dim=1)


class Norms(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(6)
        self.ln = nn.LayerNorm(6)
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        x = self.ln(self.bn(x))
        x = (x - x.mean(dim=1, keepdim=True)) / (x.std(dim=1, keepdim=True) + 1e-3)
        x = F.normalize(self.fc(x), dim=1)
        return x.clamp(-0.5, 0.5) + x.abs().sqrt() * x.pow(2).sum(1, keepdim=True)


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.fc(x))
        if x.dim() == 2:
            x = x.unsqueeze(1)
        return x.squeeze(1)


class Cells(nn.Module):
    """Recurrent layers a step at a time."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTMCell(3, 4)
        self.gru = nn.GRUCell(4, 4)
        self.plain = nn.RNNCell(4, 4, nonlinearity="relu")

    def forward(self, x):
        h = torch.zeros(x.size(0), 4)
        c = torch.zeros(x.size(0), 4)
        h, c = self.lstm(x, (h, c))
        return self.plain(self.gru(h, c), h)


class Rectified(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(3, 4, nonlinearity="relu", bidirectional=True, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


class Products(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = nn.Bilinear(4, 4, 5)
        self.v = nn.Parameter(torch.randn(6, 5))
        self.g = nn.Parameter(torch.rand(6, 1))

    def forward(self, x):
        y = self.pair(x, torch.tanh(x))
        y = y @ torch._weight_norm(self.v, self.g, 0).t()
        near = F.cosine_similarity(y, y * y + 1, dim=1).unsqueeze(1)
        return y * torch.outer(near.squeeze(1), self.g.squeeze(1)) + torch.norm(y, dim=1, keepdim=True)


class Rearranged(nn.Module):
    """What is taken from the middle, moved, repeated, sorted and looked up."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.register_buffer("places", torch.tensor([2, 0, 1, 3]))

    def forward(self, x):
        y = F.pixel_shuffle(self.conv(x), 2)
        y = F.pixel_unshuffle(y, 2)
        y = torch.roll(y, [1, -3], [2, 3])[:, self.places]
        y = y.flatten(1)[:, 2:]
        y = torch.hstack([y[:, 5:-1].sort(dim=1, descending=True)[0], y])
        y = torch.repeat_interleave(y[:, 1::3], 2, dim=1)
        return y[torch.arange(y.size(0)), torch.argmax(y, dim=1)].unsqueeze(1) + torch.fmod(y * 3, 1.5) + torch.trunc(y) + torch.frac(y) + torch.remainder(y * 3, 1.5)


class Tokens(nn.Module):
    """The first operation does not say that tokens are given."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(12, 6)

    def forward(self, t):
        mask = (t != 0).unsqueeze(-1).float()
        return (self.emb(t) * mask).sum(1) / mask.sum(1).clamp(min=1.0)


class Mixer(nn.Module):
    """The first layer fits vectors as well as sequences of them."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.mix = nn.Linear(5, 5)

    def forward(self, x):
        return self.mix(self.norm(x).transpose(1, 2)).mean(1)


def activations():
    names = "ReLU ReLU6 LeakyReLU ELU CELU SELU GELU SiLU Mish Hardswish Hardsigmoid Hardtanh Tanh Sigmoid Softplus Softsign LogSigmoid Softshrink Hardshrink PReLU RReLU".split()
    layers = []
    for name in names:
        layers += [nn.Linear(4, 4), getattr(nn, name)()]
    return nn.Sequential(*layers, nn.Softmax(dim=1))


def image(channels=3, side=16, batch=2):
    return torch.randn(batch, channels, side, side)


NETS = {
    "activations": (activations, lambda: torch.randn(4, 4)),
    "resnet": (ResNet, lambda: image(3, 16)),
    "lenet": (LeNet, lambda: image(1, 28)),
    "unet": (UNet, lambda: image(2, 8)),
    "attention": (Attention, lambda: torch.randn(2, 5, 8)),
    "language": (Language, lambda: torch.randint(0, 30, (3, 7))),
    "lstm": (lambda: Recurrent(nn.LSTM), lambda: torch.randint(0, 12, (3, 5))),
    "gru": (lambda: Recurrent(nn.GRU), lambda: torch.randint(0, 12, (3, 5))),
    "rnn": (lambda: Recurrent(nn.RNN), lambda: torch.randint(0, 12, (3, 5))),
    "cells": (Cells, lambda: torch.randn(3, 3)),
    "rectified": (Rectified, lambda: torch.randn(3, 5, 3)),
    "products": (Products, lambda: torch.randn(3, 4)),
    "rearranged": (Rearranged, lambda: image(1, 28)),
    "tokens": (Tokens, lambda: torch.randint(0, 12, (3, 5))),
    "mixer": (Mixer, lambda: torch.randn(3, 5, 6)),
    "adaptive": (
        lambda: nn.Sequential(nn.Conv2d(2, 3, 3), nn.AdaptiveMaxPool2d((2, 3)), nn.Flatten(), nn.Linear(18, 2)),
        lambda: torch.randn(3, 2, 11, 13),
    ),
    "gated": (Gated, lambda: torch.randn(4, 6)),
    "norms": (Norms, lambda: torch.randn(5, 6)),
    "loop": (Loop, lambda: torch.randn(4, 4)),
    "transformer": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2),
        lambda: torch.randn(2, 6, 8),
    ),
    "conv1d": (
        lambda: nn.Sequential(nn.Conv1d(2, 4, 3, padding=1, dilation=1), nn.BatchNorm1d(4), nn.ReLU(), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(32, 3)),
        lambda: torch.randn(3, 2, 16),
    ),
    "conv3d": (
        lambda: nn.Sequential(nn.Conv3d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.AdaptiveAvgPool3d(1), nn.Flatten()),
        lambda: torch.randn(2, 1, 4, 4, 4),
    ),
    "upsample": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, padding="same"),
            nn.Upsample(scale_factor=2),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.Upsample(size=(12, 12), mode="bilinear", align_corners=True),
            nn.PixelShuffle(1),
            nn.ReflectionPad2d(1),
            nn.ReplicationPad2d((1, 0, 2, 1)),
        ),
        lambda: image(1, 4),
    ),
    "depthwise": (
        lambda: nn.Sequential(nn.Conv2d(4, 4, 3, groups=4, padding=1), nn.Hardswish(), nn.Conv2d(4, 8, 1), nn.AdaptiveAvgPool2d((2, 2)), nn.Flatten(1), nn.Linear(32, 2)),
        lambda: image(4, 28),
    ),
    "bilinear-free": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Tanh(), nn.Linear(5, 2), nn.LogSoftmax(dim=-1)), lambda: torch.randn(3, 12)),
    "half": (lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU()).double(), lambda: torch.randn(3, 4).double()),
}


def captured(net, x):
    found = {}
    calls = {}

    def hook(name):
        def keep(_, __, out):
            if isinstance(out, tuple):
                out = out[0]
            count = calls.get(name, 0)
            calls[name] = count + 1
            found[name if count == 0 else f"{name}_{count}"] = out.detach().clone()

        return keep

    for name, module in net.named_modules():
        if name and not list(module.children()):
            module.register_forward_hook(hook(name))
    out = net(x)
    found[""] = out[0] if isinstance(out, tuple) else out
    return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}


def main(folder, names):
    os.makedirs(folder, exist_ok=True)
    facts = {}
    for name, (make, inputs) in NETS.items():
        if names and name not in names:
            continue
        net = make().eval()
        for module in net.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
        x = inputs()
        with torch.no_grad():
            for way in ("scripted", "traced"):
                script = torch.jit.script(net) if way == "scripted" else torch.jit.trace(net, x, check_trace=False)
                script.save(os.path.join(folder, f"{name}.{way}.pt"))
            # Operations in place must not reach what was captured.
            found = captured(make_copy(net), x.clone())

        def write(value, most=40):
            flat = value.to(torch.float64).flatten()
            step = max(1, -(-len(flat) // most))
            return {"shape": list(value.shape), "step": step, "values": [float(f"{v:.7g}") for v in flat[::step].tolist()]}

        facts[name] = {"input": write(x, 10**6), "layers": {key: write(value) for key, value in found.items()}}
    with open(os.path.join(folder, "facts.json"), "w") as file:
        json.dump(facts, file, separators=(",", ":"))
        file.write("\n")


def make_copy(net):
    import copy

    return copy.deepcopy(net)


main(sys.argv[1], sys.argv[2:])
