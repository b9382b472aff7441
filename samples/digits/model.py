"""The two networks that read handwritten digits of 8 × 8 pixels.

The names of the attributes are the names of the layers, in the exported files as in the panel.
"""

import torch
from torch import nn


class DigitsMLP(nn.Module):
    """Pixels in a row: 64 values from 0 to 1. models/digits-mlp.onnx"""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(128, 64)
        self.relu2 = nn.ReLU()
        self.fc3 = nn.Linear(64, 32)
        self.relu3 = nn.ReLU()
        self.fc4 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.relu1(self.fc1(x))
        x = self.relu2(self.fc2(x))
        x = self.relu3(self.fc3(x))
        return self.fc4(x)


class DigitsCNN(nn.Module):
    """Pixels as an image: 1 × 8 × 8 values from 0 to 1. models/digits-cnn.onnx"""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 40, kernel_size=3, padding=1)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(40, 48, kernel_size=3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(48, 48, kernel_size=3, padding=1)
        self.relu3 = nn.ReLU()
        self.conv4 = nn.Conv2d(48, 40, kernel_size=3, padding=1)
        self.relu4 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(160, 32)
        self.relu5 = nn.ReLU()
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.relu1(self.conv1(x))
        x = self.relu2(self.conv2(x))
        x = self.pool1(x)
        x = self.relu3(self.conv3(x))
        x = self.relu4(self.conv4(x))
        x = self.pool2(x)
        x = self.flatten(x)
        x = self.relu5(self.fc1(x))
        return self.fc2(x)


def export(network, row_shape, path):
    """Writes a network for any number of rows, such as export(DigitsMLP(), (64,), "untrained.onnx")."""
    network.eval()
    torch.onnx.export(
        network,
        torch.zeros(1, *row_shape),
        path,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "rows"}, "logits": {0: "rows"}},
    )
