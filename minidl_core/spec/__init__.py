"""The grammar of specs, the texts that describe layers, losses, optimizers, datasets and metrics.

pipeline  := item ("," item)*
item      := [count "*"] (component | "(" pipeline ")")
component := name (":" argument)* ["(" pipeline ")"]
argument  := value | key "=" value
"""

from minidl_core.spec.parser import parse_component, parse_pipeline
from minidl_core.spec.tree import Argument, ComponentSpec, Item, Pipeline

__all__ = ["Argument", "ComponentSpec", "Item", "Pipeline", "parse_component", "parse_pipeline"]
