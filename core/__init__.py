"""The network and its explanations, independent of Discord.

`core.Explainer` explains; `core.tutorial` has the tutorial's own functions. Both need TensorFlow
and are imported on first access, so that other modules load without it.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import tutorial
    from core.explain.explainer import Explainer
    from core.explain.explanation import Explanation, ExplanationSet
    from core.explain.methods import METHODS

_WHERE = {
    "METHODS": "core.explain.methods",
    "Explainer": "core.explain.explainer",
    "Explanation": "core.explain.explanation",
    "ExplanationSet": "core.explain.explanation",
}

# The application configures logging.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = ["METHODS", "Explainer", "Explanation", "ExplanationSet", "tutorial"]


def __getattr__(name: str) -> object:
    if name == "tutorial":
        return import_module("core.tutorial")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
