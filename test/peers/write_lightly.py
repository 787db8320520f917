"""The same labels as LightlyStudio writes them, each export into a place of its own.

    python write_lightly.py IMAGES LABELS.json OUT

LABELS.json has the labels that are present, by image. Prints what was written, as JSON: [{"name", "place"}]. LightlyStudio's
database lies in OUT.
"""

import json
import os
import sys
from pathlib import Path

images, labels, out = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf8")), Path(sys.argv[3])
out.mkdir(parents=True)
os.chdir(out)
os.environ |= {"LIGHTLY_STUDIO_ANALYTICS_ENABLED": "false", "LIGHTLY_STUDIO_MODEL_CACHE_DIR": str(out)}

import lightly_studio  # noqa: E402
from lightly_studio.core.annotation.annotation_create import CreateClassification, CreateObjectDetection  # noqa: E402
from lightly_studio.database import db_manager  # noqa: E402

db_manager.connect(db_file=str(out / "lightly.db"), cleanup_existing=True)


def dataset(name, annotation):
    data = lightly_studio.ImageDataset.create(name)
    data.add_images_from_path(str(images), embed=False)
    for sample in data:
        present = labels[Path(sample.file_path_abs).relative_to(images).as_posix()]
        sample.add_annotations([annotation(class_name=label) for label in present])
    return data.export()


whole = dataset("whole", CreateClassification)
boxes = dataset("boxes", lambda class_name: CreateObjectDetection(class_name=class_name, x=1, y=1, width=5, height=4))
whole.to_csv_classifications(out / "lightly.csv")
boxes.to_coco_object_detections(out / "lightly.json")
written = {"lightly-csv": "lightly.csv", "lightly-coco": "lightly.json"}
print("\n" + json.dumps([{"name": name, "place": str(out / file)} for name, file in written.items()]))
