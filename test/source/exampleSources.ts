/** Sources in the manner of the large model collections: factories, blocks, configurations, loops. */
export const RESIDUAL_PY = `import torch, torch.nn as nn
import torch.nn.functional as F
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
WIDTH = 16
@dataclass
class Config:
    width: int = 64
    depth: int = 3
    heads: int = 4
def conv3x3(in_planes, out_planes, stride=1, groups=1):
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, groups=groups, bias=False)
class BasicBlock(nn.Module):
    expansion: int = 1
    def __init__(self, inplanes, planes, stride=1, downsample=None, norm_layer=None):
        super().__init__()
        if norm_layer is None:
            norm_layer = nn.BatchNorm2d
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample
        self.stride = stride
    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)
class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=10, width=WIDTH):
        super(ResNet, self).__init__()
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, self.inplanes, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(self.inplanes)
        self.layer1 = self._make_layer(block, width, layers[0])
        self.layer2 = self._make_layer(block, width * 2, layers[1], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(width * 2 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight)
    def _make_layer(self, block, planes, blocks, stride=1):
        downsample = None
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(nn.Conv2d(self.inplanes, planes * block.expansion, 1, stride), nn.BatchNorm2d(planes * block.expansion))
        layers = []
        layers.append(block(self.inplanes, planes, stride, downsample))
        self.inplanes = planes * block.expansion
        for _ in range(1, blocks):
            layers.append(block(self.inplanes, planes))
        return nn.Sequential(*layers)
    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer2(self.layer1(x))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)
def resnet(pretrained=False, **kwargs):
    return ResNet(BasicBlock, [1, 2], **kwargs)
class Mlp(nn.Module):
    def __init__(self, cfg: Config = Config()):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(cfg.width if i else 8, cfg.width) for i in range(cfg.depth)])
        self.head = nn.Sequential(OrderedDict([("norm", nn.LayerNorm(cfg.width)), ("out", nn.Linear(cfg.width, 10))]))
    def forward(self, x):
        for b in self.blocks:
            x = F.gelu(b(x))
        return self.head(x)
class Lenet(nn.Module):
    def __init__(self, c=6):
        super().__init__()
        self.features = nn.Sequential()
        for i, (a, b) in enumerate(zip([1, c], [c, 16])):
            self.features.add_module(f"conv{i}", nn.Conv2d(a, b, 5))
            self.features.add_module("act%d" % i, nn.ReLU())
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        setattr(self, "fc2", nn.Linear(120, 10))
    def forward(self, x):
        x = self.features(x)
        x = x.view(-1, 16 * 5 * 5)
        return self.fc2(F.relu(self.fc1(x)))
`;

export const KERAS_PY = `import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
num_classes = 10
model = keras.Sequential([keras.Input(shape=(28,28,1)), layers.Conv2D(32, kernel_size=(3,3), activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.5), layers.Dense(num_classes, activation="softmax")])
def make_model(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    x = layers.Rescaling(1.0/255)(inputs)
    x = layers.Conv2D(128, 3, strides=2, padding="same", name="stem")(x)
    x = layers.BatchNormalization()(x)
    prev = x
    for size in [256, 512]:
        x = layers.SeparableConv2D(size, 3, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2)(prev)
        x = layers.add([x, residual])
        prev = x
    x = layers.GlobalAveragePooling2D()(x)
    units = 1 if num_classes == 2 else num_classes
    outputs = layers.Dense(units)(x)
    return keras.Model(inputs, outputs)
m = keras.Sequential()
m.add(layers.Dense(64, input_shape=(3,)))
m.add(layers.Dense(units=3, name="out"))
class Net(keras.Model):
    def __init__(self, hidden=32, **kwargs):
        super().__init__(**kwargs)
        self.d1 = layers.Dense(hidden)
        self.blocks = [layers.Dense(hidden * 2) for _ in range(2)]
    def call(self, x):
        x = self.d1(x)
        for b in self.blocks: x = b(x)
        return x
`;

export const TFJS_TS = `import * as tf from '@tensorflow/tfjs-node';
const HIDDEN = 64;
interface Options { units?: number }
export function buildModel({ units = HIDDEN }: Options = {}): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1], name: 'c1' }));
  model.add(tf.layers.flatten());
  for (let i = 0; i < 2; i++) model.add(tf.layers.dense({ units: units * 2, activation: 'relu' }));
  model.add(tf.layers.dense({ units: 10 }));
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}
export const functional = () => {
  const input = tf.input({ shape: [4] });
  const a = tf.layers.dense({ units: 16, name: 'a' }).apply(input) as tf.SymbolicTensor;
  const b = tf.layers.dense({ units: 3 }).apply(a) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: b });
};
`;
