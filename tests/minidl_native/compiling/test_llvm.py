from __future__ import annotations

from types import SimpleNamespace

from minidl_native.compiling import llvm


def test_contexts_of_old_versions_have_pointers_without_types_and_those_of_others_do_not(monkeypatch) -> None:
    old = SimpleNamespace(opaque_pointers_enabled=False)
    old.create_context = lambda: old.opaque_pointers_enabled
    monkeypatch.setattr(llvm, "llvm_binding", lambda: SimpleNamespace(context=old))
    assert llvm.new_context() is True
    assert old.opaque_pointers_enabled is False


def test_contexts_of_new_versions_need_no_setting(monkeypatch) -> None:
    new = SimpleNamespace(create_context=lambda: "context")
    monkeypatch.setattr(llvm, "llvm_binding", lambda: SimpleNamespace(context=new))
    assert llvm.new_context() == "context"
    assert not hasattr(new, "opaque_pointers_enabled")
