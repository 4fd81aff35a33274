"""The conformance kit: what every part of a kind must satisfy, checked on any part, one's own or another's.

TestSwish = conformance(Swish)      # in a test file: all checks of a layer as tests of pytest
check_layer(Swish)                  # in Python and notebooks; on the command line, `minidl check swish`
"""

from minidl_core.testing.by_kind import (
    check_command,
    check_dataset,
    check_hook,
    check_layer,
    check_loss,
    check_metric,
    check_optimizer,
)
from minidl_core.testing.checking import check, check_named
from minidl_core.testing.in_pytest import conformance
from minidl_core.testing.outcome import Outcome
from minidl_core.testing.report import Report

__all__ = [
    "Outcome",
    "Report",
    "check",
    "check_command",
    "check_dataset",
    "check_hook",
    "check_layer",
    "check_loss",
    "check_metric",
    "check_named",
    "check_optimizer",
    "conformance",
]
