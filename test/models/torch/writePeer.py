"""Makes files with PyTorch, and says what PyTorch reads in others: `make FOLDER`, `read FOLDER`."""

import collections
import json
import os
import sys

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 4)
        self.norm = nn.BatchNorm1d(4)
        self.fc2 = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.norm(self.fc1(x))))


def make(folder):
    torch.manual_seed(1)
    net = Net().eval()
    state = net.state_dict()
    save = lambda value, name, **more: torch.save(value, os.path.join(folder, name), **more)
    save(state, "state.pt")
    save(state, "legacy.pt", _use_new_zipfile_serialization=False)
    save(state, "protocol4.pt", pickle_protocol=4)
    save({"epoch": 3, "model_state_dict": state, "note": "kept"}, "checkpoint.pt")
    shared = torch.arange(20.0)
    tied = collections.OrderedDict()
    tied["a.weight"] = shared.view(4, 5)
    tied["b.weight"] = shared.view(4, 5)
    tied["c.weight"] = shared[10:]
    tied["d.weight"] = shared.view(4, 5).t()
    tied["e.half"] = torch.ones(3, dtype=torch.float16)
    tied["f.count"] = torch.tensor(7)
    save(tied, "tied.pt")
    torch.jit.script(net).save(os.path.join(folder, "script.pt"))


def read(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name == "script.pt":
            module = torch.jit.load(path)
            value = module.state_dict()
            module(torch.zeros(2, 5))
        else:
            value = torch.load(path, weights_only=name not in ("legacy.pt", "protocol4.pt"))
        state = value.get("model_state_dict", value)
        found[name] = {
            "tensors": {
                key: {"shape": list(t.shape), "type": str(t.dtype), "values": t.double().flatten().tolist()}
                for key, t in state.items()
            },
            "shared": sorted(
                [a, b]
                for a in state
                for b in state
                if a < b and state[a].numel() and state[a].storage().data_ptr() == state[b].storage().data_ptr()
            ),
            "metadata": sorted(getattr(state, "_metadata", {}) or {}),
            "rest": {key: item for key, item in value.items() if isinstance(item, (int, str))},
        }
    print(json.dumps(found))


{"make": make, "read": read}[sys.argv[1]](sys.argv[2])
