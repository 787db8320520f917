"""The same labels as several programs write them, each into a folder of its own.

    python write.py IMAGES LABELS.json OUT

LABELS.json has the labels that are present, by image. Prints what was written, as JSON: [{"name", "place"}].
"""

import json
import shutil
import sys
from pathlib import Path

images, labels, out = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf8")), Path(sys.argv[3])
names = sorted({name for present in labels.values() for name in present})
written = []


def place(name, ending=""):
    target = out / f"{name}{ending}"
    written.append({"name": name, "place": str(target)})
    return target


def with_datumaro():
    from datumaro.components.annotation import AnnotationType, Bbox, Label, LabelCategories
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.media import Image

    def dataset(annotation):
        items = [
            DatasetItem(
                id=str(Path(file).with_suffix("")),
                subset="train",
                media=Image.from_file(path=str(images / file)),
                annotations=[annotation(names.index(name), i) for i, name in enumerate(present)],
            )
            for file, present in labels.items()
        ]
        return Dataset.from_iterable(
            items, categories={AnnotationType.label: LabelCategories.from_iterable(names)}
        )

    whole = dataset(lambda label, i: Label(label, id=i))
    boxes = dataset(lambda label, i: Bbox(1, 1, 5, 4, label=label, id=i, group=i))
    for name in ["datumaro", "coco", "voc", "imagenet_txt", "cvat", "open_images"]:
        whole.export(str(place(f"datumaro-{name}")), name, save_media=True)
    for name in ["coco", "voc", "yolo", "cvat", "datumaro"]:
        boxes.export(str(place(f"datumaro-boxes-{name}")), name, save_media=True)


def with_datasets():
    import datasets

    datasets.disable_progress_bars()
    rows = [{"image": file, "labels": present} for file, present in labels.items()]
    data = datasets.Dataset.from_list(rows)
    data.to_json(place("datasets-lines", ".jsonl"))
    data.to_parquet(place("datasets-parquet", ".parquet"))
    data.save_to_disk(place("datasets-disk"))
    folder = place("datasets-imagefolder")
    for file in labels:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(images / file, folder / file)
    with (folder / "metadata.jsonl").open("w", encoding="utf8") as lines:
        for file, present in labels.items():
            lines.write(json.dumps({"file_name": file, "labels": present}) + "\n")


def with_pandas():
    import pandas

    wide = pandas.DataFrame(
        [{"image": file} | {name: int(name in present) for name in names} for file, present in labels.items()]
    )
    wide.to_csv(place("pandas-wide", ".csv"), index=False)
    wide.to_csv(place("pandas-wide-index", ".csv"))
    wide.to_csv(place("pandas-wide-utf16", ".csv"), index=False, encoding="utf-16")
    wide.to_csv(place("pandas-wide-semicolon", ".csv"), index=False, sep=";")
    wide.astype({name: bool for name in names}).to_csv(place("pandas-wide-bool", ".csv"), index=False)
    long = pandas.DataFrame([{"image": file, "label": name} for file, present in labels.items() for name in present])
    long.to_csv(place("pandas-long", ".csv"), index=False)
    long.to_csv(place("pandas-long-tabs", ".tsv"), index=False, sep="\t")
    lists = pandas.DataFrame([{"image": file, "labels": present} for file, present in labels.items()])
    lists.to_csv(place("pandas-lists", ".csv"), index=False)
    for name, separator in {"comma": ",", "comma-space": ", ", "semicolon": ";", "bar": "|"}.items():
        joined = lists.assign(labels=[separator.join(present) for present in lists["labels"]])
        joined.to_csv(place(f"pandas-tags-{name}", ".csv"), index=False)
    lists.to_json(place("pandas-records", ".json"), orient="records")


out.mkdir(parents=True, exist_ok=True)
with_datumaro()
with_datasets()
with_pandas()
print(json.dumps(written))
