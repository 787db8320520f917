# pip install onnxruntime numpy; then: python "__EXAMPLE__" features.npz
# Features of the backbone that the card names, float32, by the names of the inputs, as the card says.
import json, os, pathlib, sys
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it loads: ONNX Runtime would report to its maker
import numpy as np, onnxruntime as ort
session = ort.InferenceSession(pathlib.Path(__file__).with_name("__MODEL__"))
facts = session.get_modelmeta().custom_metadata_map
labels, thresholds = json.loads(facts["labels"]), json.loads(facts["thresholds"])
features = np.load(sys.argv[1])
feeds = {one.name: features[one.name].astype(np.float32) for one in session.get_inputs()}
for row in session.run(["probabilities"], feeds)[0]:
    print({label: round(float(p), 4) for label, p, least in zip(labels, row, thresholds) if p >= least})
