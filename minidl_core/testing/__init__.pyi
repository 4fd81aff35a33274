# The public names of the conformance kit, each listed once: read by type checkers, and by public_names.py at run time.
from .by_kind import check_command as check_command
from .by_kind import check_dataset as check_dataset
from .by_kind import check_hook as check_hook
from .by_kind import check_layer as check_layer
from .by_kind import check_loss as check_loss
from .by_kind import check_metric as check_metric
from .by_kind import check_optimizer as check_optimizer
from .checking import check as check
from .checking import check_named as check_named
from .in_pytest import conformance as conformance
from .outcome import Outcome as Outcome
from .report import Report as Report
