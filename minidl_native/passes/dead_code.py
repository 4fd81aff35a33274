"""Dead code: kernels whose results nobody needs."""

from __future__ import annotations

from minidl_native.kernels.kernel import Foreign, StoreResult
from minidl_native.kernels.program import Program
from minidl_native.passes.draft import Draft


def remove_dead_code(program: Program) -> Program:
    """Remove the kernels whose results neither count after the step nor are read by kernels that remain."""
    draft = Draft(program)
    for position, _ in reversed(list(draft)):
        if not _is_needed(draft, position):
            draft.replace(position, None)
    return draft.program


def _is_needed(draft: Draft, position: int) -> bool:
    kernel = draft[position]
    if isinstance(kernel, StoreResult) or not draft.writes(position):
        return True
    if isinstance(kernel, Foreign):
        # A random operation advances its generator.
        if any(name == "generator" for name, _ in kernel.keywords):
            return True
    elif uses := draft.uses(position):
        return uses.counts or bool(uses.readers)
    storages = {view.storage for view in draft.writes(position)}
    return any(
        draft.is_state(storage) or draft.readers(storage) != [position] * bool(draft.readers(storage))
        for storage in storages
    )
