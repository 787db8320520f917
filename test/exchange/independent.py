"""Reads exported files with Python's standard library alone, as their other readers would, and says what it found as JSON.

    python3 independent.py FORMAT PATH
"""
import csv
import json
import os
import sys
import xml.etree.ElementTree as ElementTree


def coco(path):
    """What pycocotools' index does: images, categories and annotations by their ids, then the labels of each image."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    names = {category["id"]: category["name"] for category in data["categories"]}
    assert len(names) == len(data["categories"]) and 0 not in names
    files = {image["id"]: image["file_name"] for image in data["images"]}
    assert len(files) == len(data["images"])
    assert len({annotation["id"] for annotation in data["annotations"]}) == len(data["annotations"])
    told = {name: {} for name in files.values()}
    for annotation in data["annotations"]:
        x, y, width, height = annotation["bbox"]
        assert width > 0 and height > 0 and annotation["area"] > 0
        for polygon in annotation["segmentation"]:
            assert len(polygon) % 2 == 0 and len(polygon) >= 6
        told[files[annotation["image_id"]]][names[annotation["category_id"]]] = 1
    for image in data["images"]:
        for category in image["neg_category_ids"]:
            assert names[category] not in told[image["file_name"]]
            told[image["file_name"]][names[category]] = -1
        assert image["not_exhaustive_category_ids"] == []
    return told


def lvis(path):
    """The fields that LVIS's own reader and evaluator index without asking."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    for category in data["categories"]:
        assert category["frequency"] in "rcf" and category["synset"] and category["synonyms"]
        assert category["image_count"] == len(
            {one["image_id"] for one in data["annotations"] if one["category_id"] == category["id"]}
        )
    for image in data["images"]:
        assert image["coco_url"] and image["width"] > 0
    return coco(path)


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t" if path.endswith(".tsv") else ","))


def csv_wide(path):
    head, *rows = table(path)
    values = {"1": 1, "0": -1}
    return {row[0]: {name: values[cell] for name, cell in zip(head[1:], row[1:]) if cell} for row in rows}


def cvat(path):
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotations" and root.findtext("version") == "1.1"
    declared = {label.findtext("name") for label in root.iterfind("meta/task/labels/label")}
    told = {}
    for image in root.iterfind("image"):
        assert int(image.get("id")) == len(told) and int(image.get("width")) > 0
        told[image.get("name")] = {tag.get("label"): 1 for tag in image.iterfind("tag")}
        assert set(told[image.get("name")]) <= declared
    return told


def voc(path):
    main, told = os.path.join(path, "ImageSets", "Main"), {}
    with open(os.path.join(main, "default.txt"), encoding="utf-8") as file:
        ids = file.read().split("\n")[:-1]
    for one in ids:
        root = ElementTree.parse(os.path.join(path, "Annotations", one + ".xml")).getroot()
        told[root.findtext("filename")] = {item.findtext("name"): 1 for item in root.iterfind("object")}
    names = {root: name for root, name in zip(ids, told)}
    for entry in os.listdir(main):
        if entry == "default.txt":
            continue
        with open(os.path.join(main, entry), encoding="utf-8") as file:
            for line in file:
                one, value = line.split()
                known = told[names[one]]
                assert (known.get(entry[: -len("_default.txt")]) == 1) == (value == "1")
                known[entry[: -len("_default.txt")]] = int(value)
    return told


def huggingface(path):
    told = {}
    with open(os.path.join(path, "metadata.jsonl"), encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            assert os.path.isfile(os.path.join(path, row["file_name"]))
            told[row["file_name"]] = {**dict.fromkeys(row["labels"], 1), **dict.fromkeys(row["absent"], -1)}
    return told


def fiftyone(path):
    """As its importer goes about it: the images by their paths in data/ without the ending, then the targets."""
    images = {}
    for folder, _, names in os.walk(os.path.join(path, "data")):
        for name in names:
            relative = os.path.relpath(os.path.join(folder, name), os.path.join(path, "data"))
            stem = os.path.splitext(relative)[0]
            assert stem not in images
            images[stem] = relative
    with open(os.path.join(path, "labels.json"), encoding="utf-8") as file:
        data = json.load(file)
    return {images[key]: {data["classes"][target]: 1 for target in targets} for key, targets in data["labels"].items()}


readers = {
    "coco": coco,
    "lvis": lvis,
    "csv-wide": csv_wide,
    "cvat": cvat,
    "voc": voc,
    "huggingface": huggingface,
    "fiftyone": fiftyone,
}
print(json.dumps(readers[sys.argv[1]](sys.argv[2]), ensure_ascii=True))
