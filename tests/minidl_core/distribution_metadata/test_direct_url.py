"""Requirements that reinstall distributions."""

from __future__ import annotations

import json

import pytest

from tests.support.site_packages import Site


@pytest.mark.parametrize(
    ("direct", "line"),
    [
        (None, "acme==1.0"),
        (
            {"url": "file:///w/acme-1.0-py3-none-any.whl", "archive_info": {}},
            "acme @ file:///w/acme-1.0-py3-none-any.whl",
        ),
        ({"url": "file:///src%20s/acme", "dir_info": {"editable": True}}, "-e /src s/acme"),
        ({"url": "file:///src/acme", "dir_info": {}}, "acme @ file:///src/acme"),
        (
            {"url": "https://x.example/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "d"},
            "acme @ git+https://x.example/a.git@abc#subdirectory=d",
        ),
    ],
)
def test_a_requirement_has_the_version_or_the_url(site: Site, direct: dict[str, object] | None, line: str) -> None:
    folder = site.install("acme", "[minidl.layers]\nsquare = plug:S\n")
    if direct is not None:
        (folder / "direct_url.json").write_text(json.dumps(direct))

    (acme,) = site.registry().distributions()

    assert acme.requirement == line


def test_a_damaged_direct_url_is_ignored(site: Site) -> None:
    folder = site.install("acme", "[minidl.layers]\nsquare = plug:S\n")
    (folder / "direct_url.json").write_text("{")

    (acme,) = site.registry().distributions()

    assert acme.requirement == "acme==1.0"
    assert acme.to_json()["editable"] is None
