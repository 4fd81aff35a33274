"""The decorators that mark hook specifications and implementations."""

from __future__ import annotations

import pluggy

hookspec = pluggy.HookspecMarker("minidl")
hookimpl = pluggy.HookimplMarker("minidl")
