"""The best score so far, computed in a thread so that the run need not wait."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from toxtune.runs.best_score import BestSoFar, BestTrial
from toxtune.runs.progress import Job


class Scores:
    """Scores trainings in a thread; what goes wrong there only leaves out a score.

    Parameters
    ----------
    configfiles
        As Snakemake lists them: the overlays, then the file that they are laid over.
    """

    def __init__(self, configfiles: list[str]) -> None:
        self.best: BestTrial | None = None
        self._best_so_far: BestSoFar | None = None
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._thread.submit(self._begin, configfiles)

    def add(self, job: Job) -> None:
        """Score the result of a finished training."""
        folder = Path(job.outputs[0]).parent
        subsets = {
            name: Path(path)
            for path in job.inputs
            for name in ("train", "valid")
            if Path(path).name == f"{name}.csv"
        }
        if len(subsets) == 2:
            self._thread.submit(self._score, folder, subsets["train"], subsets["valid"])

    def close(self) -> BestTrial | None:
        """Wait for the present score, drop the others, and return the best."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        return self.best

    def _begin(self, configfiles: list[str]) -> None:
        # Slow to import, so not where the scheduler would wait for it.
        from toxtune.config.build_plan import load_plans
        from toxtune.config.check import load_config
        from toxtune.search.trials import set_name_of
        from toxtune.stats.metrics import Objective

        *overlays, base = map(Path, configfiles)
        config = load_config([base, *overlays])
        self._best_so_far = BestSoFar(Objective(**config["objective"]))
        plans = load_plans(config)
        for plan in plans:
            for trial in plan.trials.values():
                self._best_so_far.know(trial.to_dict())
        for plan in plans:
            for folder in map(Path, plan.results):
                # Trainings of earlier runs count as well.
                if (folder / "result.json").is_file():
                    trained_on = plan.training_set(set_name_of(folder.name))
                    train, valid = map(trained_on.subset, ("train", "valid"))
                    self._score(folder, Path(train), Path(valid))

    def _score(self, folder: Path, train: Path, valid: Path) -> None:
        if self._best_so_far:
            self._best_so_far.add(folder, train, valid)
            self.best = self._best_so_far.best()
