"""What an ONNX model says as PyTorch, made of it by onnx2torch: a line for each input, with its probabilities as JSON.

    python run_torch.py MODEL.onnx IMAGES.npy …
"""

import json
import sys

import numpy
import onnx
import torch
from onnx2torch import convert

model = onnx.load(sys.argv[1])
outputs = [one.name for one in model.graph.output]
network = convert(model).eval()
for place in sys.argv[2:]:
    with torch.no_grad():
        found = network(torch.from_numpy(numpy.load(place)))
    probabilities = dict(zip(outputs, found))["probabilities"][0]
    print(place, json.dumps(dict(enumerate(probabilities.tolist()))))
