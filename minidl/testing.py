"""The conformance kit: `minidl_core.testing` under the name that users write."""

import sys

from minidl_core import testing

sys.modules[__name__] = testing
