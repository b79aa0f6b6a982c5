"""What people have named, on its way into a message or a file."""

import re

# Controls, zero-width characters, marks of the direction of writing, and blank letters; but not the
# joiners, of which emoji and some scripts are made.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)


def plain(name: str) -> str:
    """Strip a name of invisible characters, such as marks that reverse the text after them."""
    return _UNSEEN.sub("", " ".join(name.split())).strip()
