"""Setting TensorFlow up for the processor, or for a GPU that trainings share."""

import os
from types import ModuleType

from toxtune.errors import UserError
from toxtune.models.base import CPU


def import_tensorflow(device: str) -> ModuleType:
    """Import TensorFlow, deterministic, with one thread, on ``cpu`` or ``gpu``.

    One thread: trainings run side by side, and the number of cores must not change a
    result.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    set_up_device(tensorflow, device)
    if tensorflow.config.threading.get_intra_op_parallelism_threads() != 1:
        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    return tensorflow


def set_up_device(tensorflow: ModuleType, device: str) -> None:
    """Show TensorFlow one kind of device, before it runs its first operation.

    Parameters
    ----------
    tensorflow
        The module.
    device
        ``cpu`` or ``gpu``.

    Raises
    ------
    UserError
        If there is no GPU where one is wanted.
    """
    if device == CPU:
        # The result is stored as one of a processor; a GPU would round differently.
        tensorflow.config.set_visible_devices([], "GPU")
        return
    gpus = tensorflow.config.list_physical_devices("GPU")
    if not gpus:
        raise UserError("device: must be cpu where TensorFlow finds no GPU, got gpu")
    # By default a GPU multiplies numbers of 10 binary digits, and calls them float32.
    tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    for gpu in gpus:
        # By default the first training takes all of its memory.
        tensorflow.config.experimental.set_memory_growth(gpu, True)
