"""Operations with kernels, as code that uses tensors named below, with PyTorch as `torch` and its functions as `F`.

- x: (4, 6), of all sorts of numbers, infinite ones and NaN among them; y: (6,), likewise; u: (4, 6), of finite
  numbers; p: (4, 6), from 0.1 to 0.9; s: (), without dimensions;
- i: (4, 6) of integers, j: (6,) of integers; b: (4, 6) of bools, c: (4, 1) of bools;
- m: (4, 3), w: (5, 3), v: (3,), h: (2, 4, 3), k: (2, 3, 5): finite, for products;
- e: (0, 6), without elements.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional
from torch import Tensor

ELEMENTWISE = """
x + y; x + 2; x + 0.5; 3 + x; x + s; x.add(y, alpha=0.5); i + j; i + 1.5; b + c; i + s; x + i; x + b; b + i; b + 2; b + 0.5
x - y; x - 1; 2 - x; x.sub(y, alpha=3); i - j; torch.rsub(x, y, alpha=2); torch.rsub(i, j); 1 - b.to(x.dtype)
x * y; x * 2; i * j; b * x; x * b; b * c; b * 2; i * 0.5; 1 * x; (x > 0) * y
x / y; x / 3; i / j; i / 2; 1 / x; 2 / i; b / 2; torch.true_divide(x, y); x.div(y, rounding_mode="trunc"); x.div(2.0)
-x; -i; abs(x); abs(i); x.sign(); i.sign(); b.sign(); x.sgn(); +x; x.positive(); x.reciprocal(); i.reciprocal()
x.square(); i.square(); x**2; x**3; x**-1; x**-2; x.abs()**0.5; p**-0.5; p**1.7; p**0; x**1; i**2; i**0; p**u; 2**u; p**i
torch.addcmul(x, y, y); torch.addcmul(x, y, u, value=0.5); torch.addcdiv(x, u, p); torch.addcdiv(x, u, p, value=0.5)
u.lerp(p, 0.3); u.lerp(p, 0.8); u.lerp(p, p); u.lerp(p, y)
p.sqrt(); x.sqrt(); i.abs().sqrt(); p.rsqrt(); x.exp(); i.exp(); b.exp(); u.exp2(); x.expm1(); p.log(); x.log(); p.log1p()
p.log2(); p.log10(); torch.logaddexp(x, y); torch.xlogy(p, x); torch.xlogy(x, p); torch.xlogy(x * 0, p)
x.erf(); torch.special.erf(x); u.sin(); u.cos(); u.tan(); u.sinh(); u.cosh(); x.tanh(); i.tanh(); (p - 0.5).atanh()
p.logit(); p.logit(0.2); torch.deg2rad(x); torch.rad2deg(x); torch.hypot(u, p)
x.floor(); x.ceil(); x.round(); i.round(); x.trunc(); x.fix(); u.frac()
torch.maximum(x, y); torch.minimum(x, y); torch.maximum(i, j); torch.maximum(b, c); torch.minimum(b, c); torch.max(x, y)
torch.min(x, y); torch.fmax(u, p); x.clamp(-1, 1); x.clamp(min=0); x.clamp(max=0.5); i.clamp(0, 2); i.clamp(min=0.5)
x.clamp(y, y + 1); x.clamp(max=y); x.clamp_min(0); x.clamp_min(y); x.clamp_max(2); x.clamp_max(y); x.clip(0, 1)
x.nan_to_num(); x.nan_to_num(1, 2, -2); x.clamp(1, -1); x.clamp(-torch.inf, torch.inf)
x == y; x != y; x < y; x <= y; x > y; x >= y; x > 0; x == 0; i > 0; i > 0.5; i == 1; b == c; b != c; b < c; x == i; x > s; b > 0
x.isnan(); x.isinf(); x.isfinite(); x.isposinf(); x.isneginf(); i.isnan(); i.nan_to_num(); b**2; torch.logical_and(x, y); torch.logical_or(b, c)
torch.logical_xor(x, i); x.logical_not(); ~b; ~i; b & c; i & j; b | c; i | j; b ^ c; i ^ j; i & 3; b & True
torch.where(b, x, y); torch.where(c, x, 0.0); torch.where(b, 1.0, x); torch.where(b, x, i); torch.where(b, i, j)
torch.where(x > 0, x, s); x.masked_fill(b, 0.5); x.masked_fill(c, float("-inf")); x.masked_fill(b, s); i.masked_fill(b, 7)
torch.heaviside(x, y); x.where(b, y)
x.relu(); F.relu6(x); F.leaky_relu(x); F.leaky_relu(x, 0.3); F.prelu(x, s.reshape(1)); F.hardtanh(x); F.hardtanh(x, -2, 0.5)
F.hardsigmoid(x); F.hardswish(u); F.hardshrink(x); F.softshrink(u); F.threshold(x, 0.5, 3); x.sigmoid(); F.logsigmoid(u)
F.softplus(u); F.softplus(u, 2, 3); F.silu(u); F.mish(u); F.elu(x); F.elu(x, 0.5); F.selu(x); F.celu(x, 2.0); F.gelu(u)
F.gelu(u, approximate="tanh"); F.softsign(u); F.tanhshrink(u); F.glu(u)
A.threshold_backward(u, x, 0.5); A.leaky_relu_backward(u, x, 0.3, False); A.hardtanh_backward(u, p, 0.3, 0.6)
A.sigmoid_backward(u, p); A.tanh_backward(u, p); A.log_sigmoid_backward(u, p, torch.exp(-p)); A.softplus_backward(u, p, 1, 20)
A.silu_backward(u, p); A.elu_backward(u, 0.5, 2, 3, False, u); A.elu_backward(u, 0.5, 1, 1, True, p)
A.gelu_backward(u, p); A.gelu_backward(u, p, approximate="tanh")
x.clone(); x.mT.contiguous(); x.to(torch.float64); i.to(x.dtype); u.to(torch.int64); x.to(torch.bool); b.to(torch.int64)
b.to(x.dtype); x.mT.reshape(-1); x.mT.flatten(); x.reshape(2, 12); x.double(); x.float(); i.float(); i.bool(); A.lift_fresh_copy(x)
torch.zeros(3, 2); torch.zeros_like(x); x.new_zeros(3); torch.ones(2); torch.ones_like(i); x.new_ones(2, 2); x.new_full((2,), 3.5)
torch.full((2, 2), 0.5, dtype=x.dtype); torch.full_like(x, 2); torch.zeros_like(i, dtype=torch.float64); torch.full_like(i, 3)
torch.ones_like(b); torch.empty_like(x).fill_(0.1); torch.empty_like(x).fill_(s); torch.scalar_tensor(2.5)
e + y; e.exp(); e.clone(); e > 0
"""
"""Element-wise operations."""

IN_PLACE = """
x.add_(y); x.add_(1); x.add_(y, alpha=0.1); i.add_(j); x.sub_(y); x.mul_(y); x.mul_(0.9); x.div_(2); x.neg_(); x.abs_()
x.sqrt_(); x.exp_(); x.zero_(); x.fill_(3); x.fill_(s); x.copy_(y); x.copy_(i); i.copy_(u); b.copy_(x); x.relu_()
x.clamp_(0, 1); x.clamp_min_(y); x.addcmul_(y, y, value=0.5); x.addcdiv_(u, p, value=-0.1); u.lerp_(p, 0.1); x.gt_(0)
x.masked_fill_(b, 2); x.pow_(2); x.sigmoid_(); x.tanh_(); x[1].add_(1); x[:, 2].mul_(2); x[1:3, ::2].copy_(y[:3])
x.mT.add_(u.mT); x.copy_(x.flip(0) * 1); x[0].copy_(x[1]); x.flatten()[3:].add_(1)
u.cumsum_(1); b.logical_not_(); i.bitwise_and_(3); x += 1; x *= y; i += 1
torch.add(x, y, out=u); torch.mul(x, 2, out=u); torch.exp(x, out=x); torch.sum(x, 0, out=y); torch.mm(m, w.mT, out=x[:, :5])
torch.add(x, 1, out=u[:, ::1]); x[:, 0].copy_(x[0, :4])
torch.sum(u[:, 1:3], 1, out=u[:, 0]); torch.mm(u[:, :3], w[:2].mT, out=u[:, 4:]); torch.cumsum(u[:, :3], 1, out=u[:, 3:])
torch.addmm(u[:, :2], m, w[:2].mT, out=u[:, 2:4]); u[:, 1:3].addmm_(u[:, 3:], w[:3, :2]); torch.exp(u[:, 1:], out=u[:, 1:]); torch.cat([u[:, :2], u[:, 2:3]], 1, out=u[:, 3:])
torch._foreach_add_([x, u], [u, p], alpha=0.5); torch._foreach_mul_([x, u], 0.9); torch._foreach_sqrt_([x, p])
torch._foreach_addcmul_([x, u], [p, p], [u, u], value=0.1); torch._foreach_addcdiv_([x, u], [p, p], [p, p], [0.5, 2.0])
torch._foreach_lerp_([x, u], [p, p], 0.1); torch._foreach_zero_([x, u]); torch._foreach_copy_([x, u], [p, p])
torch._foreach_add_([x, u], 1); torch._foreach_div_([x, u], [2.0, 3.0]); torch._foreach_maximum_([x, u], [p, p])
"""
"""Operations that write their arguments."""

REDUCED = """
x.sum(); x.sum(0); x.sum(-1); x.sum((0, 1), keepdim=True); x.sum(1, keepdim=True); i.sum(); b.sum(); b.sum(0); i.sum(0)
i.sum(dtype=x.dtype); x.sum(0, dtype=torch.float64); (b * 1.0).sum(1); u.nansum(); x.nansum(0); s.sum(); x.mT.sum(0)
u.mean(); u.mean(0); x.mean(1); u.mean((0, 1)); u.mean(0, keepdim=True); b.double().mean(); i.float().mean(); s.mean()
u.prod(); u.prod(0); i.prod(1); b.prod(); x.prod(1, keepdim=True)
u.var(); u.var(0); u.var(1, keepdim=True); u.var(0, correction=0); u.var(unbiased=False); u.std(); u.std(0); x.var(0)
torch.var_mean(u, 0); torch.std_mean(u, 1, keepdim=True); s.std(correction=0)
u.norm(); u.norm(dim=0); u.norm(1); u.norm(p=1, dim=1); torch.linalg.vector_norm(u, 3); torch.linalg.vector_norm(x, math.inf)
torch.linalg.vector_norm(u, -math.inf, 0); torch.linalg.vector_norm(u, 0); torch.norm(u, 2, 0, True); torch.linalg.norm(u)
torch._foreach_norm([u, p])
x.amax(); x.amax(0); x.amin(1, keepdim=True); u.amax((0, 1)); x.aminmax(); torch.aminmax(x, dim=0); i.amax(0); b.amax(0)
x.max(); x.min(); x.max(0); x.min(1, keepdim=True); u.max(1); i.max(); b.max()
x.argmax(); x.argmax(0); x.argmin(1); u.argmax(-1, keepdim=True); u.argmin(); i.argmax(1); u.argmax(keepdim=True); s.argmax()
x.any(); x.all(); b.any(0); b.all(1, keepdim=True); i.any(); (x > 0).all(); b.any((0, 1)); u.count_nonzero(); b.count_nonzero(0)
u.logsumexp(0); x.logsumexp(1); u.logsumexp((0, 1)); (u * 500).logsumexp(1, keepdim=True); (x[1:2] - math.inf).logsumexp(1)
u.softmax(-1); x.softmax(0); u.log_softmax(1); (u * 300).log_softmax(-1); F.softmax(u, 0, dtype=torch.float64); s.softmax(0)
A._softmax_backward_data(u, p, 1, u.dtype); A._log_softmax_backward_data(u, p, 1, u.dtype)
F.mse_loss(u, p); F.mse_loss(u, p, reduction="sum"); F.mse_loss(u, p, reduction="none"); F.l1_loss(u, p); F.huber_loss(u, p, delta=0.5)
F.smooth_l1_loss(u, p); F.smooth_l1_loss(u, p, beta=0.3); F.binary_cross_entropy(p, b.to(p.dtype)); F.kl_div(u, p, reduction="batchmean")
F.cross_entropy(u, p); F.binary_cross_entropy_with_logits(u, p); F.cosine_similarity(u, p)
e.sum(); e.sum(0); e.prod(0); e.sum(1); e.mean(1); e.any(); e.all(0); e.amax(1); e.softmax(1); e.count_nonzero()
"""
"""Reductions."""

PRODUCTS_AND_COPIES = """
m @ w.mT; m.mm(w.mT); m.mT @ m; h @ k; torch.bmm(h, k); m @ v; m.mv(v); v @ v; v.dot(v); torch.vdot(v, v); h @ v
torch.addmm(s, m, w.mT); torch.addmm(y[:5], m, w.mT, beta=0.5, alpha=2); torch.addmm(u[:, :5], m, w.mT, beta=0); torch.addmm(x[:, :5], m, w.mT, beta=0); torch.addmv(x[:, 0], m, v, beta=0)
torch.baddbmm(s, h, k, beta=2); torch.addmv(y[:4], m, v); torch.addmv(y[:4], m, v, beta=0.5, alpha=3); torch.outer(y, v)
v.ger(y); torch.addr(u, u[:, 0], y); torch.addr(u, u[:, 0], p[0], beta=0, alpha=2); F.linear(m, w); F.linear(m, w, y[:5])
F.linear(h, w, y[:5]); h @ m.mT; torch.einsum("bi,oi->bo", m, w); torch.tensordot(m, w, ([1], [1])); m[:, :0] @ w[:, :0].mT
torch.addmm(u[:, :5].clone(), m[:, :0], w[:, :0].mT, beta=2); m[:0] @ w.mT; m.mT.contiguous().mT @ w.mT; m[::2] @ w.mT
u[:, 1:4] @ w.mT; torch.kron(v, y); torch.linalg.multi_dot([m, w.mT, w]); m[:1] @ w[:1].mT; torch.addbmm(s, h, k)
torch.cat([x, u]); torch.cat([x, u], 1); torch.cat([x, i]); torch.cat([e, x]); torch.cat([x[:, 0], y]); torch.stack([x, u])
torch.stack([x, u], -1); torch.stack([y, y], 1); torch.hstack([x, u]); torch.vstack([y, y]); torch.cat([torch.empty(0), x], 1)
x.repeat(2, 1); y.repeat(2, 3); y.repeat(2, 1, 1); x.tile((2,)); s.repeat(3); y.repeat_interleave(2); x.expand(3, 4, 6).clone()
F.pad(x, (1, 2)); F.pad(x, (1, 0, 2, 1), value=0.5); F.pad(x, (0, 0, 1, 1)); x.roll(1, 0); x.roll(-2, 1); x.roll(5, 0)
torch.eye(3); torch.eye(2, 4, dtype=x.dtype); u.cumsum(0); u.cumsum(1); x.cumsum(-1); i.cumsum(0); b.cumsum(0); s.cumsum(0)
u.mT.cumsum(0); y[::2].cumsum(0); x.unbind(1)[2] * 1; x.split(2)[1] + 1; x.chunk(3, 1)[2] + 1; x.diagonal() + 1
x.unfold(1, 2, 2) * 1; x.movedim(0, 1) + 1; x[:, None] + x; x.squeeze() + 1; x.flatten()[3:9] * 2; x.swapaxes(0, 1) * u.mT
x.as_strided((3,), (2,), 1) + 1; x.unsqueeze(0).squeeze_(0) + 1; x.expand(4, 6).t_() + 1; x * torch.tensor(2.0); x.detach() + 1; x[..., -1] + 1; x.narrow(1, 2, 3).sum(1); x.ravel() + 1
"""
"""Matrix products, copies, and views."""

FOREIGN = """
x.flip(0); x.sort(); u.topk(2); x.tril(); u.remainder(0.3); u.atan(); x.gather(1, i.clamp(0, 3)); x[torch.tensor([2, 0])]
x.index_select(0, torch.tensor([1, 1])); F.conv1d(h.mT, w[:2, :, None]); F.layer_norm(u, (6,)); u.cumprod(0); x.median(); u.erfinv()
A.native_batch_norm(u, None, None, y, p[0], True, 0.1, 1e-5); torch.matrix_exp(m[:3]); u.round(decimals=1); i // 2
x.scatter(1, i.clamp(0, 3), 0.5); x.index_add(0, torch.tensor([0, 1]), u[:2]); torch.arange(5); x.roll((1, 1), (0, 1)); i**4
F.embedding(i.clamp(0, 3), x); F.max_pool1d(h, 2); torch.searchsorted(p[0].sort()[0], p.contiguous()); torch.cdist(u, p); i @ i.mT; x.index_fill_(0, torch.tensor([1]), 2)
x.index_put_((torch.tensor([1]),), y); x.scatter_add_(1, i.clamp(0, 3), u); torch.sort(x, out=(u, i)); x.lgamma_(); torch.fmod(u, p); i.isinf(); torch.max(x, 0, out=(u[0], i[0])); x.any(dim=()); torch._foreach_pow(2.5, [u, p])
torch.full_like(i, 2.5, dtype=torch.int64); torch.cat([i, x], out=x.repeat(2, 1)).flip(0); torch.sigmoid(x).atan2(u)
"""
"""Operations without kernels."""

A = torch.ops.aten


def split_cases(text: str) -> list[str]:
    """Return the cases of a text."""
    return [case.strip() for line in text.strip().splitlines() for case in line.split(";") if case.strip()]


def tensors_of(dtype: torch.dtype, *, strided: bool) -> dict[str, Tensor]:
    """Return the tensors that the cases use, contiguous or with gaps and other orders of dimensions."""
    generator = torch.Generator().manual_seed(7)
    special = torch.tensor(
        [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 3.0, -3.0, 30.0, -30.0]
    )

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    def of(values: Tensor, *shape: int) -> Tensor:
        return values[torch.randint(len(values), shape, generator=generator)].to(dtype)

    tensors = {
        "x": of(special, 4, 6),
        "y": of(special, 6),
        "u": normal(4, 6),
        "s": normal(),
        "p": torch.rand(4, 6, generator=generator, dtype=torch.float64).mul(0.8).add(0.1).to(dtype),
        "i": torch.randint(-3, 4, (4, 6), generator=generator),
        "j": torch.randint(1, 4, (6,), generator=generator),
        "b": torch.rand(4, 6, generator=generator) < 0.5,
        "c": torch.rand(4, 1, generator=generator) < 0.5,
        "m": normal(4, 3),
        "w": normal(5, 3),
        "v": normal(3),
        "h": normal(2, 4, 3),
        "k": normal(2, 3, 5),
        "e": normal(0, 6),
    }
    return {name: _spread(one) for name, one in tensors.items()} if strided else tensors


def _spread(tensor: Tensor) -> Tensor:
    """Return a view of the same values with a gap, an offset, and its dimensions in reverse order."""
    shape = [2 * size + 1 for size in reversed(tensor.shape)]
    whole = torch.zeros(shape, dtype=tensor.dtype)
    view = whole[(slice(1, None, 2),) * tensor.dim()]
    view = view.permute(tuple(reversed(range(tensor.dim()))))
    return view.copy_(tensor)


def run_case(case: str, tensors: dict[str, Tensor]) -> list[Tensor]:
    """Run a case, and return its results."""
    names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional, "A": A, "math": math, **tensors}
    if case.split()[1:2] in (["+="], ["*="]):
        exec(case, names)
        return [names[case[0]]]
    found = eval(case, names)
    found = (found,) if isinstance(found, Tensor) else found
    return [one for one in found or () if isinstance(one, Tensor)]
