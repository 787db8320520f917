# pip install onnxruntime numpy pillow; then: python "__EXAMPLE__" photo.jpg …
import json, os, pathlib, sys
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it loads: ONNX Runtime would report to its maker
import numpy as np, onnxruntime as ort, PIL.Image, PIL.ImageOps
session = ort.InferenceSession(pathlib.Path(__file__).with_name("__MODEL__"))
facts = session.get_modelmeta().custom_metadata_map
labels, thresholds = json.loads(facts["labels"]), json.loads(facts["thresholds"])
_, _, height, width = session.get_inputs()[0].shape
def pixels(path):  # upright, RGB, 0 to 255, [3, height, width]; the model normalises
    image = PIL.ImageOps.exif_transpose(PIL.Image.open(path)).convert("RGB")
    return np.asarray(image.resize((width, height), PIL.Image.BILINEAR), np.float32).transpose(2, 0, 1)
for path in sys.argv[1:]:
    images = np.repeat(pixels(path)[None], __BATCH__, 0)
    probabilities = session.run(["probabilities"], {"image": images})[0][0]
    print(path, {label: round(float(p), 4) for label, p, least in zip(labels, probabilities, thresholds) if p >= least})
