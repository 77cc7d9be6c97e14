"""What networks are trained on: the processor, or a GPU that trainings share."""

from types import ModuleType

from toxtune.errors import UserError

CPU, GPU = "cpu", "gpu"

_chosen = CPU


def choose_device(device: str) -> None:
    """Say what this process trains on, before TensorFlow runs its first operation."""
    global _chosen
    _chosen = device


def set_up_device(tensorflow: ModuleType) -> None:
    """Show TensorFlow the chosen device alone.

    Raises
    ------
    UserError
        If a GPU was chosen and there is none.
    """
    if _chosen == CPU:
        # Results are filed as those of a processor; a GPU would round differently.
        tensorflow.config.set_visible_devices([], "GPU")
        return
    gpus = tensorflow.config.list_physical_devices("GPU")
    if not gpus:
        raise UserError("device: must be cpu where TensorFlow finds no GPU, got gpu")
    for gpu in gpus:
        # Else the first training would take all memory, and the others find none.
        tensorflow.config.experimental.set_memory_growth(gpu, True)
