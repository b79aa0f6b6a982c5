"""Derive `core/data/glyphs.npz`: digits, letters and signs as handwriting fonts have them.

    npm pack $(python -m scripts.derive_glyphs --names)
    python -m scripts.derive_glyphs *.tgz

MNIST has nothing but digits, in the hand of 500 Americans. A network that is to tell a digit from
what is none must have seen letters and signs, and one that is to read a 7 with a bar or a 1 with a
foot must have seen those. The fonts are npm packages of Fontsource, under the SIL Open Font License
or the Apache License; the fonts that Matplotlib carries add Greek letters and signs.

Every glyph is black on white in a square of 64 pixels, its longer side 56. Same fonts, same bytes.
"""

import argparse
import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # Matplotlib brings it
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core import negatives

# fmt: off
FONTS = (
    "amatic-sc", "annie-use-your-telescope", "architects-daughter", "bad-script", "caveat",
    "caveat-brush", "cedarville-cursive", "comic-neue", "coming-soon", "covered-by-your-grace",
    "crafty-girls", "dawning-of-a-new-day", "dekko", "delius", "east-sea-dokdo",
    "edu-nsw-act-foundation", "edu-qld-beginner", "edu-sa-beginner", "edu-tas-beginner",
    "edu-vic-wa-nt-beginner", "gaegu", "gamja-flower", "give-you-glory", "gloria-hallelujah",
    "gochi-hand", "handlee", "hi-melody", "homemade-apple", "indie-flower", "itim",
    "just-another-hand", "kalam", "klee-one", "kristi", "la-belle-aurore", "licorice",
    "loved-by-the-king", "mali", "marck-script", "mynerve", "nanum-brush-script",
    "nanum-pen-script", "neucha", "nothing-you-could-do", "over-the-rainbow", "pangolin",
    "patrick-hand", "permanent-marker", "playpen-sans", "poor-story", "reenie-beanie", "roboto",
    "rock-salt", "schoolbell", "sedgwick-ave", "shadows-into-light", "short-stack", "single-day",
    "square-peg", "sriracha", "sue-ellen-francisco", "swanky-and-moo-moo", "the-girl-next-door",
    "waiting-for-the-sunrise", "walter-turncoat", "yomogi", "zeyada", "lora", "cousine",
    "nanum-gothic",
)
# fmt: on
"""Packages of `@fontsource`, the regular weight of each."""

OWN_FONTS = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf")
"""Fonts that Matplotlib carries."""

_SIDE, _LONGER, _EM = 64, 56, 128


def main() -> None:
    """Read the packages and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("packages", type=Path, nargs="*", help="as npm packs them, .tgz")
    parser.add_argument("--names", action="store_true", help="print which packages to fetch")
    parser.add_argument("--output", type=Path, default=negatives.GLYPHS_FILE)
    options = parser.parse_args()
    if options.names:
        sys.exit(print(*(f"@fontsource/{name}" for name in FONTS)))
    faces = [face for package in sorted(options.packages) for face in _faces(package)]
    own = Path(mpl.get_data_path()) / "fonts" / "ttf"
    faces += [(own / name).read_bytes() for name in OWN_FONTS]
    glyphs: dict[str, list[NDArray[np.bool_]]] = {}
    for face in faces:
        font, there = ImageFont.truetype(io.BytesIO(face), _EM), TTFont(io.BytesIO(face))
        for letter in sorted(negatives.LETTERS & {chr(code) for code in there.getBestCmap()}):
            glyph = _drawn(letter, font)
            if glyph is not None:
                glyphs.setdefault(letter, []).append(glyph)
    _write(glyphs, options.output)


def _faces(package: Path) -> Iterator[bytes]:
    """The regular faces of a package, one for each part of Unicode."""
    with tarfile.open(package) as tarball:
        names = [name for name in tarball.getnames() if name.endswith("-400-normal.woff")]
        for name in sorted(names):
            face = tarball.extractfile(name)
            if face is not None:
                yield face.read()


def _drawn(letter: str, font: ImageFont.FreeTypeFont) -> NDArray[np.bool_] | None:
    box = font.getbbox(letter)
    width, height = round(box[2] - box[0]), round(box[3] - box[1])
    if min(width, height) < 2:
        return None
    large = Image.new("L", (width, height))
    ImageDraw.Draw(large).text((-box[0], -box[1]), letter, 255, font)
    scale = _LONGER / max(width, height)
    small = large.resize(
        (max(round(width * scale), 1), max(round(height * scale), 1)), Image.Resampling.BOX
    )
    square = Image.new("L", (_SIDE, _SIDE))
    square.paste(small, ((_SIDE - small.width) // 2, (_SIDE - small.height) // 2))
    glyph: NDArray[np.bool_] = np.asarray(square) > 127
    return glyph if glyph.any() else None


def _write(glyphs: dict[str, list[NDArray[np.bool_]]], output: Path) -> None:
    letters = sorted(glyphs)
    images = np.packbits(np.concatenate([np.stack(glyphs[letter]) for letter in letters]), axis=-1)
    codes = np.repeat([ord(letter) for letter in letters], [len(glyphs[x]) for x in letters])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in (("images", images), ("letters", codes.astype(np.uint32))):
            member = io.BytesIO()
            np.save(member, array)
            info = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(info, member.getvalue(), zipfile.ZIP_DEFLATED, 9)
    output.write_bytes(packed.getvalue())
    print(f"{output.name}: {len(images):,} glyphs, {packed.tell():,} bytes")


if __name__ == "__main__":
    main()
