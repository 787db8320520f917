"""What a program that people have finds in an export: by image, the labels that are present (1) and absent (-1), as JSON.

    python read.py FORMAT PLACE
"""

import json
import sys
from pathlib import Path

kind, place = sys.argv[1:3]


def coco():
    """pycocotools"""
    from pycocotools.coco import COCO

    data = COCO(place)
    names = {one["id"]: one["name"] for one in data.loadCats(data.getCatIds())}
    found = {}
    for image in data.loadImgs(data.getImgIds()):
        labels = {names[one["category_id"]]: 1 for one in data.loadAnns(data.getAnnIds(imgIds=[image["id"]]))}
        labels |= {names[one]: -1 for one in image.get("neg_category_ids", [])}
        found[image["file_name"]] = labels
    return found


def lvis():
    """lvis-api"""
    from lvis import LVIS

    data = LVIS(place)
    names = {key: one["name"] for key, one in data.cats.items()}
    found = {}
    for key, image in data.imgs.items():
        labels = {names[data.anns[one]["category_id"]]: 1 for one in data.get_ann_ids(img_ids=[key])}
        labels |= {names[one]: -1 for one in image["neg_category_ids"]}
        found[image["file_name"]] = labels
    return found


def csv_wide():
    """pandas"""
    import pandas

    table = pandas.read_csv(place, index_col="image", keep_default_na=False, na_values=[""])
    return {
        image: {label: 1 if value == 1 else -1 for label, value in row.dropna().items()}
        for image, row in table.iterrows()
    }


def csv():
    """pandas"""
    import pandas

    table = pandas.read_csv(place, keep_default_na=False)
    found = {}
    for image, label, state in zip(table["image"], table["label"], table["value"]):
        found.setdefault(image, {})
        if label != "":
            found[image][str(label)] = {"present": 1, "absent": -1}[state]
    return found


def huggingface():
    """datasets"""
    import datasets

    datasets.disable_progress_bars()
    data = datasets.load_dataset("imagefolder", data_dir=place, split="train", cache_dir=place + "-cache")
    rows = data.cast_column("image", datasets.Image(decode=False))
    found = {}
    for row in rows:
        name = Path(row["image"]["path"]).relative_to(place).as_posix()
        found[name] = {one: 1 for one in row["labels"]} | {one: -1 for one in row["absent"]}
    return found


def by_datumaro(name):
    """datumaro"""
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset

    data = Dataset.import_from(place, name)
    names = data.categories().get(AnnotationType.label)
    return {
        item.id: {names[one.label].name: 1 for one in item.annotations if one.label is not None} for item in data
    }


def yolo():
    """PyYAML and the rules of Ultralytics: names by number, a file of boxes for each image"""
    import yaml

    root = Path(place)
    data = yaml.safe_load((root / "data.yaml").read_text(encoding="utf8"))
    names = data["names"] if isinstance(data["names"], dict) else dict(enumerate(data["names"]))
    if not all(isinstance(key, int) for key in names):
        raise SystemExit("class numbers are numbers")
    found = {}
    for image in sorted((root / data["train"]).rglob("*.*")):
        inside = image.relative_to(root / data["train"])
        boxes = root / "labels" / "train" / inside.with_suffix(".txt")
        lines = boxes.read_text().split("\n") if boxes.exists() else []
        found[inside.as_posix()] = {str(names[int(line.split()[0])]): 1 for line in lines if line.strip()}
    return found


def supervision_boxes(kind):
    """supervision: boxes, and the names of classes"""
    import supervision

    root = Path(place)
    load = {
        "yolo": lambda: supervision.DetectionDataset.from_yolo(
            str(root / "images" / "train"), str(root / "labels" / "train"), str(root / "data.yaml")
        ),
        "coco": lambda: supervision.DetectionDataset.from_coco(str(root / "images"), str(next((root / "annotations").glob("labels_*.json")))),
        "voc": lambda: supervision.DetectionDataset.from_pascal_voc(str(root / "JPEGImages"), str(root / "Annotations")),
    }
    data = load[kind]()
    within = {"yolo": root / "images" / "train", "coco": root / "images", "voc": root / "JPEGImages"}[kind]
    return {
        Path(file).relative_to(within).as_posix(): {data.classes[one]: 1 for one in found.class_id}
        for file, _, found in data
    }


def cleanlab():
    """cleanlab: of a table with held-out probabilities, the images whose labels look wrong, the worst first"""
    import numpy
    import pandas
    from cleanlab.filter import find_label_issues

    table = pandas.read_csv(place, keep_default_na=False)
    known = table[table["held_out"] == "yes"]
    probabilities = known.pivot(index="image", columns="label", values="probability").dropna()
    states = known.pivot(index="image", columns="label", values="known").loc[probabilities.index]
    given = [list(numpy.flatnonzero(row == "present")) for row in states.to_numpy()]
    issues = find_label_issues(
        given, probabilities.to_numpy(), multi_label=True, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    return [probabilities.index[one] for one in issues]


readers = {
    "cleanlab": cleanlab,
    "supervision-yolo": lambda: supervision_boxes("yolo"),
    "supervision-coco": lambda: supervision_boxes("coco"),
    "supervision-voc": lambda: supervision_boxes("voc"),
    "coco": coco,
    "lvis": lvis,
    "csv": csv,
    "csv-wide": csv_wide,
    "huggingface": huggingface,
    "yolo": yolo,
    "datumaro": lambda: by_datumaro("datumaro"),
    "cvat": lambda: by_datumaro("cvat"),
    "voc": lambda: by_datumaro("voc"),
}
print(json.dumps(readers[kind](), ensure_ascii=False))
