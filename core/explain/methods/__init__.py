"""The explanation methods, by name.

To add a method, write its file here and add it to `METHODS`; commands and tests read it from there.
"""

from types import MappingProxyType

from core.explain.methods.base import Method
from core.explain.methods.gradcam import GradCAM

METHODS = MappingProxyType({method.name: method for method in (GradCAM(),)})

__all__ = ["METHODS", "GradCAM", "Method"]
