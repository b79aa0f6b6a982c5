"""The explanation methods, by name.

A new method is one file here and one entry in `METHODS`: whatever offers a choice of methods reads
it there.
"""

from types import MappingProxyType

from core.explain.methods.base import Method
from core.explain.methods.gradcam import GradCAM

METHODS = MappingProxyType({method.name: method for method in (GradCAM(),)})

__all__ = ["METHODS", "GradCAM", "Method"]
