"""What was said when every row was read through once; held since, so that no change goes unseen."""

import csv
from pathlib import Path

_TABLE = Path(__file__).with_suffix(".tsv")

SAID = tuple(
    (row["language"], row["kind"], row["format"], row["written"], row["said"])
    for row in csv.DictReader(
        _TABLE.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
)
