"""The metadata of a saved network, from which the network is rebuilt."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from minidl_core.errors import SavedModelError
from minidl_core.quoting import quoted, shortened
from minidl_core.spec import Pipeline, parse_pipeline

FORMAT = 1
"""The version of the format; newer versions are refused."""

MOST_TEXT = 8_000_000
"""The largest number of characters of the metadata, to bound the time of parsing."""

MOST_LAYERS = 5000
"""The largest number of layers, so that a network is built within a second."""

MOST_SIGNS = 50_000
"""The largest number of commas, colons, parentheses and counts, so that a specification is parsed within a second."""

Name = Annotated[str, Field(max_length=300)]
Size = Annotated[int, Field(ge=1, lt=2**31)]


class Metadata(BaseModel):
    """The metadata of format 1; unknown entries, which a later minidl may add, are ignored.

    Attributes:
        format: the version of the format.
        layers: the specification of the network.
        owners: the distribution that provides each part, by kind and name, such as `layer swish`.
        in_shape: the shape of an input sample.
        out_shape: the shape of an output sample.
        dtype: the type of the parameters.
        preprocessing: the JSON values of the preprocessing, with the name of its dataset.
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
            SpecError: it cannot be parsed.
            SavedModelError: it is too long.
        """
        if sum(map(self.layers.count, ",:(*")) > MOST_SIGNS or len(self.layers) > 10 * MOST_SIGNS:
            raise SavedModelError("the specification is too long")
        pipeline = parse_pipeline(self.layers)
        if pipeline.size > MOST_LAYERS:
            raise SavedModelError(
                f"the network has {pipeline.size:,} layers, but at most {MOST_LAYERS:,} can be saved and loaded"
            )
        return pipeline

    @property
    def written_by(self) -> str:
        """The versions that the network was saved with, for messages."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return shortened(versions, 300) or "unknown versions"


def validate_metadata(content: dict[str, Any]) -> Metadata:
    """Return metadata after checking its structure, types and bounds.

    Raises:
        SavedModelError: an entry is wrong; the message names it.
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
    """Return the metadata parsed from JSON text.

    Raises:
        SavedModelError: the text is not valid metadata.
    """
    if len(text) > MOST_TEXT:
        raise SavedModelError(f"damaged metadata: more than {MOST_TEXT:,} characters")
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:  # RecursionError: nested too deeply
        raise SavedModelError(f"damaged metadata: {shortened(str(error), 200)}") from None
    if not isinstance(content, dict):
        raise SavedModelError(f"damaged metadata: it should be a JSON object, not {quoted(content)}")
    return validate_metadata(content)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object after checking that its keys are unique."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("duplicate key in an object")
    return content
