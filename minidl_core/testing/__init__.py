"""The conformance kit: what every part of a kind must satisfy, checked on any part.

    TestSwish = conformance(Swish)  # in a test file: all checks of a layer as tests of pytest
    check_layer(Swish)              # in Python and notebooks; on the command line, `minidl check swish`

`__init__.pyi` lists the public names.
"""

from minidl_core.public_names import attach_names

__getattr__, __dir__, __all__ = attach_names(__name__)
