"""Compares backbones by a linear head on their pooled vectors: quick enough to choose among many. See README.md beside this file."""

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

BATCH = 8


def labelled(folder, fewest):
    """The photos of a folder with a labels.tsv, and which labels each has: files, [photos, labels]."""
    with open(folder / "labels.tsv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    names = sorted({label for row in rows for label in row["labels"].split()})
    truth = np.array([[label in row["labels"].split() for label in names] for row in rows])
    return [folder / "images" / row["image"] for row in rows], truth[:, truth.sum(0) >= fewest]


def pooled(model, pixels, files):
    """[photos, channels], and photos a second without decoding."""
    card = Path(f"{model}.json")
    about = json.loads(card.read_text()) if card.exists() else {}
    mean = np.float32(about.get("mean", [0.5] * 3)).reshape(3, 1, 1)
    std = np.float32(about.get("std", [0.5] * 3)).reshape(3, 1, 1)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    rows, seconds = [], 0.0
    for start in range(0, len(files), BATCH):
        shown = [
            Image.open(file).convert("RGB").resize((pixels, pixels), Image.BILINEAR, reducing_gap=2.0)
            for file in files[start : start + BATCH]
        ]
        values = np.stack([np.asarray(image, np.float32).transpose(2, 0, 1) for image in shown]) / 255
        begun = time.perf_counter()
        rows.append(session.run(["pooled"], {session.get_inputs()[0].name: (values - mean) / std})[0])
        seconds += time.perf_counter() - begun
    return np.concatenate(rows), len(files) / seconds


def fitted(x, truth, known, decay):
    """Scores of every pair by a logistic head of all labels at once, fitted to the known pairs."""
    x = torch.from_numpy((x - x.mean(0)) / (x.std(0) + 1e-6)).float()
    targets, mask = torch.from_numpy(truth).float(), torch.from_numpy(known).float()
    weights = torch.zeros(x.shape[1], truth.shape[1], requires_grad=True)
    biases = torch.zeros(truth.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS([weights, biases], max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        solver.zero_grad()
        each = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights + biases, targets, reduction="none")
        value = (each * mask).sum() / truth.shape[1] + decay * (weights**2).sum() / truth.shape[1]
        value.backward()
        return value

    solver.step(loss)
    with torch.no_grad():
        return (x @ weights + biases).numpy()


def measured(scores, truth, hidden):
    """Mean average precision over labels, and recall at 90% precision over all pairs; of hidden pairs, in percent."""
    precisions = []
    for scored, present, asked in zip(scores.T, truth.T, hidden.T):
        found = present[asked][np.argsort(-scored[asked], kind="stable")]
        if found.any():
            precisions.append((np.cumsum(found) / np.arange(1, len(found) + 1))[found].mean())
    found = truth[hidden][np.argsort(-scores[hidden], kind="stable")]
    precise = np.cumsum(found) / np.arange(1, len(found) + 1) >= 0.9
    recall = (np.cumsum(found) / found.sum())[precise].max(initial=0)
    return 100 * np.mean(precisions), 100 * recall


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="MODEL.onnx@PIXELS; MODEL.onnx.json may say how pixels are normalised")
    parser.add_argument("--folder", action="append", required=True, help="images/ and labels.tsv; may be repeated")
    parser.add_argument("--known", type=float, nargs="+", default=[0.1, 0.5])
    parser.add_argument("--masks", type=int, default=3)
    parser.add_argument("--labels-with-at-least", type=int, default=20)
    options = parser.parse_args()
    for folder in map(Path, options.folder):
        files, truth = labelled(folder, options.labels_with_at_least)
        print(f"{folder}: {len(files)} photos, {truth.shape[1]} labels")
        for specification in options.models:
            model, pixels = specification.rsplit("@", 1)
            x, speed = pooled(model, int(pixels), files)
            cells = []
            for share in options.known:
                found = []
                for seed in range(options.masks):
                    known = np.random.default_rng(seed).random(truth.shape) < share
                    found.append(measured(fitted(x, truth, known, 0.05), truth, ~known))
                cells.append("%.0f%% known: %.1f / %.1f" % (100 * share, *np.mean(found, 0)))
            print(f"  {Path(model).stem}@{pixels}: {'; '.join(cells)}; {speed:.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
