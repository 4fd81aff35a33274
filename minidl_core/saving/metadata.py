"""What a saved network's file says beside its tensors: all it takes to build the network again."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from minidl_core.errors import SavedModelError
from minidl_core.quoting import quoted, shortened
from minidl_core.spec import Pipeline, parse_pipeline

FORMAT = 1
"""The version of the metadata's layout; a reader refuses what is newer."""

MOST_TEXT = 8_000_000
"""Characters of the metadata: what a file may make a reader parse."""

MOST_LAYERS = 5000
"""Components of a specification, so that a network is built within a second."""

MOST_SIGNS = 50_000
"""Commas, colons, parentheses and counts of a specification, so that it is parsed within a second."""

Name = Annotated[str, Field(max_length=300)]
Size = Annotated[int, Field(ge=1, lt=2**31)]


class Metadata(BaseModel):
    """The metadata of format 1, as it must be; entries that a later minidl adds are passed over.

    Attributes:
        format: the version of the layout.
        layers: the specification of the network.
        owners: the distribution that brings each part, by its kind and name, as `layer swish`.
        in_shape: the shape of an input sample.
        out_shape: the shape of an output sample.
        dtype: the type of the parameters.
        preprocessing: what the dataset's preprocessing wrote, with the dataset's name.
        versions: the version of each distribution.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    format: Annotated[int, Field(ge=1)]
    layers: str
    owners: Annotated[dict[Name, Name], Field(max_length=10_000)] = {}
    in_shape: Annotated[list[Size], Field(max_length=32)]
    out_shape: Annotated[list[Size], Field(max_length=32)] | None = None
    dtype: Literal["float32", "float64"]
    preprocessing: dict[str, Any] | None
    versions: Annotated[dict[Name, Name], Field(max_length=10_000)] = {}

    def pipeline(self) -> Pipeline:
        """Return the specification of the network.

        Raises:
            SpecError: it does not parse.
            SavedModelError: it is too long.
        """
        if sum(map(self.layers.count, ",:(*")) > MOST_SIGNS or len(self.layers) > 10 * MOST_SIGNS:
            raise SavedModelError("the specification is too long")
        pipeline = parse_pipeline(self.layers)
        if pipeline.size > MOST_LAYERS:
            raise SavedModelError(
                f"the network has {pipeline.size:,} layers, of which {MOST_LAYERS:,} can be saved and loaded"
            )
        return pipeline

    @property
    def written_by(self) -> str:
        """The versions that it was saved with, for messages."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return shortened(versions, 300) or "unknown versions"


def validate_metadata(content: dict[str, Any]) -> Metadata:
    """Return metadata once its structure, types and bounds are known to be right.

    Raises:
        SavedModelError: they are not; the message names the entry.
    """
    written = content.get("format")
    if isinstance(written, int) and written > FORMAT:
        raise SavedModelError(f"it was written by a newer minidl (format {quoted(written)}): update minidl")
    try:
        return Metadata.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = shortened(".".join(map(str, first["loc"])))
        message = shortened(first["msg"], 200)
        raise SavedModelError(f"damaged metadata: {place}: {message}, not {quoted(first['input'])}") from None


def read_metadata(text: str) -> Metadata:
    """Return the metadata that a text holds.

    Raises:
        SavedModelError: it holds none.
    """
    if len(text) > MOST_TEXT:
        raise SavedModelError(f"damaged metadata: more than {MOST_TEXT:,} characters")
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:  # the second: nested too deep
        raise SavedModelError(f"damaged metadata: {shortened(str(error), 200)}") from None
    if not isinstance(content, dict):
        raise SavedModelError(f"damaged metadata: no table of entries, but {quoted(content)}")
    return validate_metadata(content)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object in which no key stands twice."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a key stands twice in one table")
    return content
