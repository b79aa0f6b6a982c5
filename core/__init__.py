"""The network and its explanations, without a word of Discord.

`core.Explainer` explains; `core.tutorial` has the tutorial's own functions. Both bring TensorFlow,
and are imported when they are first named, so that what needs only a picture or a digit does not
wait for it.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import tutorial
    from core.explain.explainer import Explainer, Explanation, ExplanationSet

_WHERE = {
    "ExplanationSet": "core.explain.explainer",
    "Explainer": "core.explain.explainer",
    "Explanation": "core.explain.explainer",
}

# Who uses this decides what of its log is seen.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = ["Explainer", "Explanation", "ExplanationSet", "tutorial"]


def __getattr__(name: str) -> object:
    if name == "tutorial":
        return import_module("core.tutorial")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
