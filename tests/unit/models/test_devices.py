"""What TensorFlow is shown: the processor alone, or every GPU with room for others."""

from types import SimpleNamespace

import pytest

from toxtune.errors import UserError
from toxtune.models.devices import set_up_device


class FakeConfig:
    """TensorFlow's ``config``, on a machine with so many GPUs."""

    def __init__(self, n_gpus):
        self.gpus = [f"GPU:{number}" for number in range(n_gpus)]
        self.hidden, self.growing, self.rounds = False, [], True
        self.experimental = SimpleNamespace(
            set_memory_growth=self.grow, enable_tensor_float_32_execution=self.round
        )

    def list_physical_devices(self, device_type):
        return self.gpus if device_type == "GPU" else ["CPU:0"]

    def set_visible_devices(self, shown, device_type):
        self.hidden = (shown, device_type) == ([], "GPU")

    def grow(self, gpu, enabled):
        assert enabled
        self.growing.append(gpu)

    def round(self, enabled):
        self.rounds = enabled


def set_up(device, n_gpus):
    config = FakeConfig(n_gpus)
    set_up_device(SimpleNamespace(config=config), device)
    return config


def test_gpus_are_hidden_unless_one_is_asked_for():
    config = set_up("cpu", n_gpus=2)
    assert config.hidden
    assert not config.growing


def test_gpus_leave_memory_to_other_trainings():
    config = set_up("gpu", n_gpus=2)
    assert not config.hidden
    assert config.growing == config.gpus


def test_gpus_compute_with_float32_as_the_keys_of_results_say():
    assert not set_up("gpu", n_gpus=1).rounds


def test_gpu_that_is_not_there_is_named():
    with pytest.raises(UserError, match="device: must be cpu where .* got gpu"):
        set_up("gpu", n_gpus=0)
