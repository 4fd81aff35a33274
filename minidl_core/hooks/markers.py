"""The decorators that mark hook specifications (`hookspec`) and implementations (`hookimpl`)."""

from __future__ import annotations

import pluggy

hookspec = pluggy.HookspecMarker("minidl")
hookimpl = pluggy.HookimplMarker("minidl")
