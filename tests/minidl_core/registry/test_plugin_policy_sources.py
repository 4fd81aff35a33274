"""The user's policy for plugins is read from a file and from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from minidl_core.errors import ConfigError
from minidl_core.registry import Policy, load_policy, user_file
from minidl_core.registry.plugin_policy_sources import policy_of_environment, policy_of_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_the_policy_is_empty(file: Path) -> None:
    assert policy_of_file(file) == Policy()
    assert policy_of_environment({}) == Policy()


def test_a_policy_from_a_file_has_its_path_as_the_source(file: Path) -> None:
    file.write_text('[plugins]\nblock = ["acme", "zoo/swish"]\nprefer = "b/c"\nno-plugins = true\nstrict = true\n')
    found = policy_of_file(file)
    assert found.block == {"acme": f"block in {file}", "zoo/swish": f"block in {file}"}
    assert found.prefer == {"b/c": f"prefer in {file}"}
    assert (found.own_only, found.strict) == (f"no_plugins in {file}", f"strict in {file}")
    assert found.shared == {f"block in {file}", f"prefer in {file}"}


def test_a_policy_is_read_from_the_environment() -> None:
    found = policy_of_environment(
        {"MINIDL_BLOCK": "acme, zoo/swish", "MINIDL_PREFER": "a/b", "MINIDL_NO_PLUGINS": "1", "MINIDL_STRICT": "Yes"}
    )
    assert found.block == {"acme": "MINIDL_BLOCK", "zoo/swish": "MINIDL_BLOCK"}
    assert found.prefer == {"a/b": "MINIDL_PREFER"}
    assert (found.own_only, found.strict) == ("MINIDL_NO_PLUGINS", "MINIDL_STRICT")


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
def test_a_switch_can_be_off(value: str) -> None:
    assert policy_of_environment({"MINIDL_NO_PLUGINS": value, "MINIDL_STRICT": value}) == Policy()


def test_a_switch_that_is_neither_on_nor_off_is_an_error() -> None:
    with pytest.raises(ConfigError, match="MINIDL_STRICT must be true or false, not 'maybe'"):
        policy_of_environment({"MINIDL_STRICT": "maybe"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plugins", "is not valid TOML: "),
        ("plugins = 3\n", "plugins must be a table"),
        ("[plugin]\n", "no entry 'plugin': did you mean 'plugins'?"),
        ("[plugins]\nblocked = []\n", "no entry 'blocked': did you mean 'block'?"),
        ("[plugins]\nblock = 3\n", 'block must be a list of names, such as ["acme"], not 3'),
        ("[plugins]\nprefer = [3]\n", "prefer must be a list of names"),
        ('[plugins]\nstrict = "yes"\n', "strict must be true or false, not 'yes'"),
    ],
)
def test_an_invalid_file_is_an_error_with_its_path(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        policy_of_file(file)
    assert words in str(caught.value)
    assert str(file) in str(caught.value)


def test_the_environment_takes_precedence_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[plugins]\nblock = "acme"\nprefer = "a/x"\n')
    monkeypatch.setenv("MINIDL_CONFIG", str(file))
    monkeypatch.setenv("MINIDL_PREFER", "b/x")
    assert user_file() == file
    assert list(load_policy().prefer) == ["b/x", "a/x"]
    assert list(load_policy().block) == ["acme"]


def test_the_file_is_in_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINIDL_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_file().name == "config.toml"
    assert user_file().parent.name == "minidl"


def test_a_named_file_must_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIDL_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(ConfigError, match=r"MINIDL_CONFIG names .*nowhere\.toml, which does not exist"):
        load_policy()
