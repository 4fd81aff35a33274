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


class WithoutTwin(Module):
    """Has no twin."""

    def forward(self, x):
        return x

    def backward(self, grad_output):
        return grad_output


class Misnamed(WithoutTwin):
    def torch_twin(self):
        return nn.Linear(2, 2)


class Raising(WithoutTwin):
    def torch_twin(self):
        raise RuntimeError("no such luck")


class NoModule(WithoutTwin):
    def torch_twin(self):
        return 3


class Doubled(WithoutTwin):
    """Its twin does something else."""

    def forward(self, x):
        return 2 * x

    def backward(self, grad_output):
        return 2 * grad_output

    def torch_twin(self):
        return nn.Tanh()


class Nearly(WithoutTwin):
    """Its twin is off by a hundredth."""

    def torch_twin(self):
        class Off(nn.Module):
            def forward(self, x):
                return 1.01 * x

        return Off()


class Narrowed(WithoutTwin):
    def torch_twin(self):
        return nn.Flatten(0)


class Failing(WithoutTwin):
    """Its twin fails when it is used."""

    def torch_twin(self):
        class Fails(nn.Module):
            def forward(self, x):
                raise ValueError("not today")

        return Fails()


class FailsInTraining(WithoutTwin):
    def torch_twin(self):
        class Fails(nn.Module):
            def forward(self, x):
                if self.training:
                    raise ValueError("not while training")
                return x

        return Fails()


class Explodes(WithoutTwin):
    """Its twin is correct only in evaluation mode."""

    def torch_twin(self):
        class Exploding(nn.Module):
            def forward(self, x):
                return x * 1e200 if self.training else x

        return Exploding()


class Summed(Halved):
    def torch_twin(self):
        return lambda prediction, target: (prediction - target).pow(2).sum()


class Numbered(Halved):
    def torch_twin(self):
        return lambda prediction, target: float((prediction - target).pow(2).sum() / 2)


class Heavier(Plain):
    def torch_twin(self, parameters):
        return optim.SGD(parameters, lr=self.lr, momentum=0.1)
