"""The network that tells three kinds of iris by four measures of the flower. models/iris.onnx

The names of the attributes are the names of the layers, in the exported file as in the panel.
"""

from torch import nn


class IrisMLP(nn.Module):
    """Sepal length and width, petal length and width, each less its mean and over its standard deviation."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 16)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(16, 16)
        self.relu2 = nn.ReLU()
        self.fc3 = nn.Linear(16, 3)

    def forward(self, x):
        x = self.relu1(self.fc1(x))
        x = self.relu2(self.fc2(x))
        return self.fc3(x)
