"""Writes state dictionaries with lists of their layers, and what PyTorch computes of them. Usage: peer.py FOLDER"""

import json
import os
import sys
import warnings

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


def layer(type, weights=None, **settings):
    return {"type": type, **({} if weights is None else {"weights": weights}), **settings}


def lenet(m, x):
    x = F.max_pool2d(F.relu(m.conv1(x)), 2)
    x = F.avg_pool2d(torch.tanh(m.conv2(x)), 2)
    return m.fc2(F.gelu(m.fc1(torch.flatten(x, 1))))


def residual(m, x):
    x = F.relu(m.bn1(m.conv1(x)))
    y = m.bn2(m.conv2(x))
    x = F.relu(x + y)
    return F.log_softmax(m.head(F.adaptive_avg_pool2d(x, 1).flatten(1)), 1)


def sequence(m, x):
    y, _ = m.rnn(m.embed(x))
    return m.out(y[:, -1])


def bidirectional(m, x):
    _, h = m.gru(x)
    return m.out(torch.cat([h[-2], h[-1]], 1))


NETWORKS = {
    "lenet": (
        Function(lenet, conv1=nn.Conv2d(1, 4, 5, padding=2), conv2=nn.Conv2d(4, 6, 3, stride=2), fc1=nn.Linear(24, 7), fc2=nn.Linear(7, 3)),
        (1, 20, 20),
        [
            layer("Conv2d", "conv1", padding=2, activation="relu"),
            layer("MaxPool2d", kernel_size=2),
            layer("Conv2d", "conv2", stride=2, activation="tanh"),
            layer("AvgPool2d", kernel_size=2),
            layer("Flatten"),
            layer("Linear", "fc1", activation="gelu"),
            layer("Linear", "fc2"),
        ],
    ),
    "residual": (
        Function(
            residual,
            conv1=nn.Conv2d(2, 4, 3, padding=1, bias=False),
            bn1=nn.BatchNorm2d(4),
            conv2=nn.Conv2d(4, 4, 3, padding="same", groups=2),
            bn2=nn.BatchNorm2d(4, eps=1e-3),
            head=nn.Linear(4, 5),
        ),
        (2, 9, 9),
        [
            layer("Conv2d", "conv1", padding=1),
            layer("BatchNorm2d", "bn1"),
            layer("ReLU", name="trunk"),
            layer("Conv2d", "conv2", padding="same"),
            layer("BatchNorm", "bn2", eps=1e-3),
            {"type": "Add", "from": ["trunk", "bn2"], "activation": "relu"},
            layer("AdaptiveAvgPool2d", output_size=1),
            layer("Flatten"),
            layer("Linear", "head", activation="log_softmax"),
        ],
    ),
    "signal": (
        Function(
            lambda m, x: m.out(F.adaptive_max_pool1d(F.silu(m.norm(m.conv(x))), 3).flatten(1)),
            conv=nn.Conv1d(3, 8, 5, stride=2, dilation=2),
            norm=nn.GroupNorm(4, 8),
            out=nn.Linear(24, 2),
        ),
        (3, 40),
        [
            layer("Conv1d", "conv", stride=2, dilation=2),
            layer("GroupNorm", "norm", num_groups=4, activation="silu"),
            layer("AdaptiveMaxPool1d", output_size=3),
            layer("Flatten"),
            layer("Linear", "out"),
        ],
    ),
    "decoder": (
        Function(
            lambda m, x: torch.sigmoid(m.norm(m.conv(F.interpolate(m.slope(m.up(x)), scale_factor=2, mode="bilinear")))),
            up=nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1),
            slope=nn.PReLU(4),
            conv=nn.Conv2d(4, 2, 1),
            norm=nn.InstanceNorm2d(2, affine=True),
        ),
        (3, 5, 6),
        [
            layer("ConvTranspose2d", "up", stride=[2, 2], padding=1, output_padding=1),
            layer("PReLU", "slope"),
            layer("Upsample", scale_factor=2, mode="bilinear"),
            layer("Conv2d", "conv"),
            layer("InstanceNorm2d", "norm", activation="sigmoid"),
        ],
    ),
    "volume": (
        Function(lambda m, x: F.elu(m.conv(F.max_pool3d(x, 2)), 0.5).mean((2, 3, 4)), conv=nn.Conv3d(1, 3, 2)),
        (1, 6, 6, 6),
        [
            layer("MaxPool3d", kernel_size=2),
            layer("Conv3d", "conv"),
            layer("ELU", alpha=0.5),
            layer("Mean", dim=[2, 3, 4]),
        ],
    ),
    "words": (
        Function(sequence, embed=nn.Embedding(11, 6), rnn=nn.LSTM(6, 5, num_layers=2, batch_first=True), out=nn.Linear(5, 3)),
        (7,),
        [layer("Embedding", "embed"), layer("LSTM", "rnn", output="last"), layer("Linear", "out")],
    ),
    "series": (
        Function(bidirectional, gru=nn.GRU(4, 5, bidirectional=True, batch_first=True), out=nn.Linear(10, 2)),
        (6, 4),
        [layer("GRU", "gru", output="last"), layer("Linear", "out")],
    ),
    "attention": (
        Function(
            lambda m, x: m.out(m.norm(x + m.attn(x, x, x)[0])[:, 0]),
            attn=nn.MultiheadAttention(8, 2, batch_first=True),
            norm=nn.LayerNorm(8),
            out=nn.Linear(8, 3),
        ),
        (5, 8),
        [
            layer("MultiheadAttention", "attn", num_heads=2),
            {"type": "Add", "from": ["input", "attn"]},
            layer("LayerNorm", "norm"),
            layer("Select", dim=1, index=0),
            layer("Linear", "out"),
        ],
    ),
    "encoder": (
        Function(
            lambda m, x: m.out(m.layer(x).mean(1)),
            layer=nn.TransformerEncoderLayer(8, 2, 12, dropout=0, activation="gelu", batch_first=True),
            out=nn.Linear(8, 3),
        ),
        (5, 8),
        [
            layer("TransformerEncoderLayer", "layer", num_heads=2, activation_function="gelu"),
            layer("Mean", dim=[1]),
            layer("Linear", "out"),
        ],
    ),
    "branches": (
        Function(
            lambda m, x: m.join(torch.cat([torch.relu(m.left(x)), m.right(x) * m.right(x)], 1)),
            left=nn.Linear(6, 4),
            right=nn.Linear(6, 3),
            join=nn.Linear(7, 2),
        ),
        (6,),
        [
            layer("Linear", "left", name="left", activation="relu"),
            {"type": "Linear", "weights": "right", "from": "input"},
            {"type": "Multiply", "from": ["right", "right"], "name": "square"},
            {"type": "Concat", "from": ["left", "square"], "dim": 1},
            layer("Linear", "join"),
        ],
    ),
    "shapes": (
        Function(
            lambda m, x: m.out(x.reshape(-1, 3, 4).permute(0, 2, 1).flatten(1)).softmax(-1),
            out=nn.Linear(12, 4),
        ),
        (12,),
        [
            layer("Reshape", shape=[3, 4]),
            layer("Permute", dims=[0, 2, 1]),
            layer("Flatten"),
            layer("Dropout"),
            layer("Linear", "out", activation="softmax"),
        ],
    ),
    # Without a list: chains, with what is asked of them.
    "named": (
        Function(lambda m, x: m.fc3(torch.tanh(m.fc2(torch.tanh(m.fc1(x))))), fc1=nn.Linear(5, 9), fc2=nn.Linear(9, 7), fc3=nn.Linear(7, 2)),
        (5,),
        {"activation": "tanh", "place": "after"},
    ),
    "sequential": (
        nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(8, 8), nn.LeakyReLU(), nn.BatchNorm1d(8), nn.Linear(8, 3)),
        (6,),
        {"activation": "leaky_relu", "place": "after"},
    ),
    "before": (
        Function(
            lambda m, x: m.fc2(m.bn1(F.selu(m.fc1(x)))),
            fc1=nn.Linear(5, 6),
            bn1=nn.BatchNorm1d(6),
            fc2=nn.Linear(6, 2),
        ),
        (5,),
        {"activation": "selu", "place": "before"},
    ),
    "wrapped": (
        Function(lambda m, x: m.module(x), module=nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 6), nn.Linear(6, 2))),
        (4,),
        {"activation": "relu", "place": "after"},
    ),
    "straight": (Function(lambda m, x: m.fc(x), fc=nn.Linear(4, 3)), (4,), None),
}


def tensor(value):
    return {"shape": list(value.shape), "step": 1, "values": value.double().flatten().tolist()}


def main(folder):
    facts = {}
    for name, (network, row, said) in NETWORKS.items():
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.running_mean.uniform_(-1, 1)
                module.running_var.uniform_(0.5, 2)
                nn.init.uniform_(module.weight)
                nn.init.uniform_(module.bias)
        network.eval()
        torch.save(network.state_dict(), os.path.join(folder, f"{name}.pt"))
        x = torch.randint(0, 11, (3, *row)) if name == "words" else torch.randn(3, *row)
        layers = {}
        for path, module in network.named_modules():
            if not list(module.children()) or isinstance(module, (nn.MultiheadAttention, nn.TransformerEncoderLayer)):

                def keep(module, inputs, output, path=path):
                    layers[path] = tensor(output[0] if isinstance(output, tuple) else output)

                if not isinstance(module, nn.TransformerEncoderLayer) and path.count(".") < 2:
                    module.register_forward_hook(keep)
        with torch.no_grad():
            layers[""] = tensor(network(x))
        if isinstance(said, list):
            shape = {"shape": list(row), **({"type": "int64"} if name == "words" else {})}
            with open(os.path.join(folder, f"{name}.layers.json"), "w") as file:
                json.dump({"input": shape, "layers": said}, file)
        facts[name] = {"input": tensor(x), "layers": layers, "answer": said if isinstance(said, dict) else None}
    with open(os.path.join(folder, "facts.json"), "w") as file:
        json.dump(facts, file)


main(sys.argv[1])
