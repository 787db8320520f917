"""What a program made with PyTorch finds in an export: by image, the labels that are present (1), as JSON.

    python read_torch.py READER PLACE HOME

HOME is for what the programs keep. They are run from there, not from where the export is.
"""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path

reader, place, home = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
home.mkdir(parents=True, exist_ok=True)
os.chdir(home)
os.environ |= {
    "YOLO_CONFIG_DIR": str(home),
    "YOLO_OFFLINE": "true",
    "LIGHTLY_STUDIO_ANALYTICS_ENABLED": "false",
    "LIGHTLY_STUDIO_MODEL_CACHE_DIR": str(home),
}


def by_image(pairs, root):
    """Pairs of a file and a label, or None for an image without any."""
    found = defaultdict(dict)
    for file, label in pairs:
        name = Path(file).relative_to(root).as_posix()
        found[name] |= {} if label is None else {label: 1}
    return found


def yolo():
    """Ultralytics: what it trains a detector on"""
    from ultralytics.data import utils
    from ultralytics.data.dataset import YOLODataset

    # It would fetch a font for pictures of the labels.
    utils.check_font = lambda *_: None
    data = utils.check_det_dataset(str(place / "data.yaml"), autodownload=False)
    dataset = YOLODataset(img_path=data["train"], data=data, task="detect", augment=False)
    pairs = []
    for one in dataset.labels:
        pairs.append((one["im_file"], None))
        pairs += [(one["im_file"], data["names"][int(number)]) for number in one["cls"].flatten()]
    return by_image(pairs, Path(data["train"]))


def yolo_cls():
    """Ultralytics: what it trains a classifier on"""
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import ClassificationDataset
    from ultralytics.data.utils import check_cls_dataset

    data = check_cls_dataset(str(place))
    root = Path(data["train"])
    dataset = ClassificationDataset(root=str(root), args=get_cfg(), prefix="train")
    return by_folder(((file, data["names"][number]) for file, number, *_ in dataset.samples), root)


def by_folder(samples, root):
    """An image is in the folder of each of its labels; what a folder can't be called has its name in a file beside them."""
    import csv

    names = {}
    if (place / "label-names.csv").exists():
        with (place / "label-names.csv").open(encoding="utf8", newline="") as rows:
            names = dict(csv.reader(rows))
    found = defaultdict(dict)
    for file, label in samples:
        _, *below = Path(file).relative_to(root).parts
        found["/".join(below)][names.get(label, label)] = 1
    return found


def folders():
    """torchvision: ImageFolder"""
    from torchvision.datasets import ImageFolder

    data = ImageFolder(str(place))
    return by_folder(((file, data.classes[number]) for file, number in data.samples), place)


def coco():
    """torchvision: CocoDetection"""
    from torchvision.datasets import CocoDetection

    data = CocoDetection(str(place / "images"), str(next((place / "annotations").glob("*.json"))))
    found = {}
    for index, key in enumerate(data.ids):
        image, objects = data[index]
        facts = data.coco.imgs[key]
        if image.size != (facts["width"], facts["height"]):
            raise SystemExit("another image")
        found[facts["file_name"]] = {data.coco.cats[one["category_id"]]["name"]: 1 for one in objects}
    return found


def voc():
    """torchvision: VOCDetection, in the folders that it looks for below its root"""
    from torchvision.datasets import VOCDetection

    data = VOCDetection(str(place.parent.parent), year="2012", image_set="train")
    pairs = []
    for index, file in enumerate(data.images):
        image, target = data[index]
        size = target["annotation"]["size"]
        if image.size != (int(size["width"]), int(size["height"])):
            raise SystemExit("another image")
        pairs.append((file, None))
        pairs += [(file, one["name"]) for one in target["annotation"]["object"]]
    return by_image(pairs, place / "JPEGImages")


def lightly(add):
    """LightlyStudio: a data set in its database"""
    import lightly_studio
    from lightly_studio.database import db_manager

    db_manager.connect(db_file=str(home / "lightly.db"), cleanup_existing=True)
    dataset = lightly_studio.ImageDataset.create("surmise")
    add(dataset)
    pairs = []
    for sample in dataset:
        pairs.append((sample.file_path_abs, None))
        pairs += [(sample.file_path_abs, one.class_name) for one in sample.annotations]
    return pairs


def lightly_coco():
    root, file = place / "images", next((place / "annotations").glob("*.json"))
    return by_image(
        lightly(lambda data: data.add_samples_from_coco(str(file), str(root), embed=False, embed_annotations=False)), root
    )


def lightly_yolo():
    file = place / "data.yaml"
    return by_image(
        lightly(lambda data: data.add_samples_from_yolo(str(file), "train", embed=False, embed_annotations=False)),
        place / "images" / "train",
    )


readers = {
    "ultralytics-yolo": yolo,
    "ultralytics-yolo-cls": yolo_cls,
    "torchvision-folders": folders,
    "torchvision-coco": coco,
    "torchvision-voc": voc,
    "lightly-coco": lightly_coco,
    "lightly-yolo": lightly_yolo,
}
print("\n" + json.dumps(readers[reader](), ensure_ascii=False))
