# pip install onnxruntime numpy pillow; then: python "__EXAMPLE__" photo.jpg …
import io, json, os, pathlib, sys
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it loads: ONNX Runtime would report to its maker
import numpy as np, onnxruntime as ort, PIL.Image, PIL.ImageCms, PIL.ImageOps
session = ort.InferenceSession(pathlib.Path(__file__).with_name("__MODEL__"))
facts = session.get_modelmeta().custom_metadata_map
labels, thresholds = json.loads(facts["labels"]), json.loads(facts["thresholds"])
_, _, height, width = session.get_inputs()[0].shape
def in_srgb(image, path, shrink):
    if image.mode == "CMYK":  # pip install "pyvips[binary]": it brings the profile of colours that are printed
        import pyvips
        loaded = pyvips.Image.new_from_file(path, shrink=shrink)
        colours = loaded.icc_transform("srgb", embedded=True, input_profile="cmyk", intent="perceptual")
        return PIL.Image.fromarray(colours.numpy())
    if image.mode in ("RGB", "L") and "icc_profile" in image.info:
        profile = io.BytesIO(image.info["icc_profile"])
        return PIL.ImageCms.profileToProfile(image, profile, PIL.ImageCms.createProfile("sRGB"), outputMode="RGB")
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:  # onto white
        values = np.asarray(image.convert("RGBA")).astype(int)
        colours, opacity = values[..., :3], values[..., 3:]
        return PIL.Image.fromarray(((colours * opacity + 255 * (255 - opacity)) // 255).astype(np.uint8))
    return image
def reduced(pixels, size):  # of each row of [rows, columns, 3], as libvips does it: a triangle over as many as become one
    if len(pixels) <= size: return pixels
    whole = max(1, int(len(pixels) / size / 2))  # so many are averaged first
    before, pixels = len(pixels), np.pad(pixels, ((0, -len(pixels) % whole), (0, 0), (0, 0)), "edge").astype(int)
    pixels = (pixels.reshape(-1, whole, *pixels.shape[1:]).sum(1) + whole // 2) // whole
    scale = before / whole / size
    taps, centre = 2 * round(scale) + 1, (np.arange(size) + 0.5) * scale
    first, part = centre.astype(int), ((centre * 128).astype(int) % 128 + 1) // 2 / 64
    weights = np.maximum(0, 1 - np.abs(np.arange(taps) - part[:, None] - taps / 2 + 1) / scale)
    weights = (weights / weights.sum(1, keepdims=True) * 4096).astype(int)
    rows = np.clip(first[:, None] - taps // 2 + np.arange(taps), 0, len(pixels) - 1)
    return np.clip((np.einsum("st,stcx->scx", weights, pixels[rows]) + 2048) >> 12, 0, 255)
def pixels(path):  # upright, RGB, 0 to 255, [3, height, width]; the model normalises
    image = PIL.Image.open(path)
    orientation = image.getexif().get(0x0112, 1)
    inputs = (height, width) if orientation > 4 else (width, height)
    ratio = min(image.width // inputs[0], image.height // inputs[1])
    shrink = next((of for of in (8, 4, 2) if image.format == "JPEG" and ratio >= of), 1)
    if image.mode in ("RGB", "L"): image.draft(image.mode, inputs)  # large JPEGs are decoded at a part of their size
    image = in_srgb(image, path, shrink)
    values = np.asarray(image.convert("RGB"))
    values = reduced(values, inputs[1])
    values = reduced(values.swapaxes(0, 1), inputs[0]).swapaxes(0, 1)
    upright = PIL.Image.fromarray(values.astype(np.uint8))
    upright.getexif()[0x0112] = orientation
    planes = PIL.ImageOps.exif_transpose(upright).split()
    return np.stack([np.asarray(plane.convert("F").resize((width, height), PIL.Image.BILINEAR)) for plane in planes])
for path in sys.argv[1:]:
    images = np.repeat(pixels(path)[None], __BATCH__, 0)
    probabilities = session.run(["probabilities"], {"image": images})[0][0]
    print(path, {label: round(float(p), 4) for label, p, least in zip(labels, probabilities, thresholds) if p >= least})
