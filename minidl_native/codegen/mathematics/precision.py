"""The two floating-point types, and the constants that functions share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Precision:
    """A floating-point type.

    Attributes:
        kind: its name in LLVM IR.
        fraction: the bits of the fraction.
        bias: the bias of the exponent.
        ln2: the logarithm of 2 as a sum of two numbers, the second far below the first.
        short_ln2: the same; the first has so few bits that its product with any exponent is exact.
    """

    kind: str
    fraction: int
    bias: int
    ln2: tuple[float, float]
    short_ln2: tuple[float, float]

    @property
    def shift(self) -> float:
        """A number so large that adding it rounds to an integer, which is then in the last bits of the sum."""
        return 1.5 * 2.0**self.fraction

    @property
    def shift_bits(self) -> int:
        """The bits of `shift`."""
        return ((self.bias + self.fraction) << self.fraction) | (1 << (self.fraction - 1))

    @property
    def smallest(self) -> float:
        """The smallest normal number."""
        return 2.0 ** (1 - self.bias)

    @property
    def tiny(self) -> float:
        """Below this, x and x + x² are the same."""
        return 2.0 ** -(self.fraction + 2)


FLOAT = Precision(
    "float",
    fraction=23,
    bias=127,
    ln2=(0.6931471824645996, -1.9046542121259336e-09),
    short_ln2=(0.693145751953125, 1.428606765330187e-06),
)
DOUBLE = Precision(
    "double",
    fraction=52,
    bias=1023,
    ln2=(0.6931471805599453, 2.3190468138462996e-17),
    short_ln2=(0.6931471805598903, 5.497923018708371e-14),
)
