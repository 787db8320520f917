"""The same labels as FiftyOne writes them, each export into a place of its own.

    python write_fiftyone.py IMAGES LABELS.json OUT

LABELS.json has the labels that are present, by image. Prints what was written, as JSON: [{"name", "place"}]. FiftyOne's
database and settings lie in OUT.
"""

import json
import os
import sys
from pathlib import Path

images, labels, out = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf8")), Path(sys.argv[3])
home = out / "fiftyone-home"
os.environ |= {
    "FIFTYONE_DO_NOT_TRACK": "true",
    "FIFTYONE_DATABASE_DIR": str(home / "database"),
    "FIFTYONE_CONFIG_PATH": str(home / "config.json"),
    "FIFTYONE_DEFAULT_DATASET_DIR": str(home / "datasets"),
    "FIFTYONE_SHOW_PROGRESS_BARS": "false",
}

import fiftyone as fo  # noqa: E402
import fiftyone.types as types  # noqa: E402

names = sorted({name for present in labels.values() for name in present})
data = fo.Dataset("surmise")
for file, present in labels.items():
    sample = fo.Sample(filepath=str(images / file), tags=["checked"])
    sample["ground_truth"] = fo.Classifications(classifications=[fo.Classification(label=name) for name in present])
    sample["boxes"] = fo.Detections(
        detections=[fo.Detection(label=name, bounding_box=[0.1, 0.1, 0.5, 0.5]) for name in present]
    )
    data.add_sample(sample)
data.compute_metadata()

written = []


def export(name, kind, field, ending="", **more):
    place = out / f"fiftyone-{name}{ending}"
    target = {"labels_path": str(place)} if ending else {"export_dir": str(place)}
    data.export(dataset_type=kind, label_field=field, rel_dir=str(images), **target, **more)
    written.append({"name": f"fiftyone-{name}", "place": str(place)})


plain = data.clone()
plain.delete_sample_field("boxes")
place = out / "fiftyone-dataset"
plain.export(export_dir=str(place), dataset_type=types.FiftyOneDataset, rel_dir=str(images))
written.append({"name": "fiftyone-dataset", "place": str(place)})
export("coco", types.COCODetectionDataset, "boxes", classes=names)
export("voc", types.VOCDetectionDataset, "boxes")
export("yolo", types.YOLOv5Dataset, "boxes", classes=names)
export("cvat", types.CVATImageDataset, "boxes")
export("image-labels", types.FiftyOneImageLabelsDataset, "ground_truth")
data.delete()
print(json.dumps(written))
