# The public names of the conformance kit, each listed once: read by type checkers, and by public_names.py at run time.
from .check_by_kind import check_command as check_command
from .check_by_kind import check_dataset as check_dataset
from .check_by_kind import check_engine as check_engine
from .check_by_kind import check_hook as check_hook
from .check_by_kind import check_layer as check_layer
from .check_by_kind import check_loss as check_loss
from .check_by_kind import check_metric as check_metric
from .check_by_kind import check_optimizer as check_optimizer
from .check_part import check as check
from .check_part import check_named as check_named
from .pytest_class import conformance as conformance
from .report.conformance_report import ConformanceReport as ConformanceReport
from .report.conformance_report import Report as Report
from .report.outcome import Outcome as Outcome
