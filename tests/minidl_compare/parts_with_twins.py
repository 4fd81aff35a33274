"""Parts of a third party, as a file for --plugin."""

# ruff: noqa: ANN201, ANN202 - as users write them

from torch import nn, optim

from minidl_core import Loss, Module, Optimizer


class Square(Module):
    def forward(self, x):
        self.x = x
        return x.square()

    def backward(self, grad_output):
        return 2 * self.x * grad_output

    def torch_twin(self):
        class Squared(nn.Module):
            def forward(self, x):
                return x * x

        return Squared()


class Halved(Loss):
    def forward(self, prediction, target):
        self.difference = prediction - target
        return self.difference.square().sum((-2, -1)) / 2

    def backward(self):
        return self.difference

    def torch_twin(self):
        return lambda prediction, target: (prediction - target).pow(2).sum() / 2


class Plain(Optimizer):
    def __init__(self, lr: float = 0.001) -> None:
        self.lr = lr

    def step(self):
        value, grad = self.block
        value.add_(grad, alpha=-self.lr)

    def torch_twin(self, parameters):
        return optim.SGD(parameters, lr=self.lr)


class Alone(Module):
    """Has no twin."""

    def forward(self, x):
        return x

    def backward(self, grad_output):
        return grad_output


class Misnamed(Alone):
    def torch_twin(self):
        return nn.Linear(2, 2)


class Raising(Alone):
    def torch_twin(self):
        raise RuntimeError("no such luck")


class NoModule(Alone):
    def torch_twin(self):
        return 3
