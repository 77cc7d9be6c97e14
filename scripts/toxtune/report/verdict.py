"""What a hurried reader takes away: three sentences and a few numbers."""

from dataclasses import dataclass

from toxtune.report.figures.cost import total_costs
from toxtune.report.figures.importance import importances, studied
from toxtune.report.markdown import format_score
from toxtune.report.run import Run, listed


@dataclass(frozen=True)
class Card:
    """One number, what it is, and where it is from."""

    label: str
    value: str
    facts: str


def sentences(run: Run) -> list[str]:
    """Say what won; how good it is, and how sure; what mattered, and what it cost."""
    return [_what_won(run), _how_good(run), _what_mattered(run)]


def cards(run: Run) -> list[Card]:
    """Return the numbers that are looked for first."""
    won = run.selection.winner
    mean = _overall(run)
    times = len(run.openings)
    costs = total_costs(run)
    failed = int((run.trials["status"] != "ok").sum())
    return [
        Card(
            f"{run.metric_name}, test",
            format_score(mean["test"]),
            f"{interval_text(run, mean['test_interval'])}; {run.size('test')}",
        ),
        Card(
            f"{run.metric_name}, valid",
            format_score(won.mean),
            _corrected(run),
        ),
        Card("Trials", f"{len(run.trials):,}", f"{failed} failed"),
        Card("Test set opened", f"{times} ×", "distinct selections, ever"),
        Card(
            "Training",
            duration(costs["seconds"].sum()),
            f"{costs['trainings'].sum():,} trainings, one core each",
        ),
    ]


def interval_text(run: Run, bounds: list[float] | None) -> str:
    """Spell an interval with its level."""
    if not bounds:
        return "no interval"
    return f"{run.level} interval {bounds[0]:.3f} to {bounds[1]:.3f}"


def duration(seconds: float) -> str:
    """Spell a time with the unit that suits it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def _corrected(run: Run) -> str:
    optimism = run.evidence.optimism["overall"]
    words = f"best of {optimism['out_of']:,}, so too good"
    if optimism["corrected"] is None:
        return words
    bounds = interval_text(run, optimism["interval"])
    return f"{words}; corrected {optimism['corrected']:.3f}, {bounds}"


def _overall(run: Run) -> dict:
    return run.test["families"][run.selection.overall][run.metric]["mean"]


def _what_won(run: Run) -> str:
    overall = run.selection.overall
    won = run.selection.winner
    folds = run.settings["split"].get("cross_validation")
    judged_on = "over the folds" if folds else "on the validation set"
    sentence = (
        f"Of {len(run.trials):,} trials of {listed(run.families)}, {overall} trial "
        f"{won.trial.id} was selected for its {run.metric_name} {judged_on}, "
        f"{won.mean:.3f}"
    )
    corrected = run.evidence.optimism["overall"]["corrected"]
    if corrected is not None:
        sentence += f" ({corrected:.3f} when corrected for the choice)"
    return f"{sentence}{_margin(run)}."


def _margin(run: Run) -> str:
    """Say how far the nearest other family's winner was, and how much that is."""
    winners = run.selection.winners
    won = run.selection.winner
    sign = 1 if run.selection.objective.maximize else -1
    ahead = {
        family: sign * (won.mean - other.mean)
        for family, other in winners.items()
        if family != run.selection.overall
    }
    if not ahead:
        return ""
    second = min(ahead, key=ahead.get)
    side = "ahead of" if ahead[second] >= 0 else "behind"
    words = f", {abs(ahead[second]):.3f} {side} the best {second}"
    if won.sd is not None and abs(ahead[second]) < won.sd:
        words += f", which is less than the SD over seeds ({won.sd:.3f})"
    return words


def _how_good(run: Run) -> str:
    mean, times = _overall(run), len(run.openings)
    looks = "once" if times == 1 else f"{times} times"
    sentence = (
        f"On the test set, opened {looks}, it has {run.metric_name} "
        f"{format_score(mean['test'])} ({interval_text(run, mean['test_interval'])} "
        "over molecules"
    )
    if mean["test_sd_over_seeds"] is not None:
        sentence += f", SD {mean['test_sd_over_seeds']:.3f} over seeds"
    others = [
        f"{format_score(report[run.metric]['mean']['test'])} for the {family} winner"
        f"{_difference(run, family)}"
        for family, report in run.test["families"].items()
        if family != run.selection.overall
    ]
    beside = f", beside {listed(others)}" if others else ""
    return f"{sentence}){beside}."


def _difference(run: Run, family: str) -> str:
    """Say whether another family's winner differs on the same test molecules."""
    table = run.evidence.comparison
    own = table[
        (table["family"] == family)
        & (table["metric"] == run.metric)
        & (table["task"] == "mean")
    ]
    low, high = own[["low", "high"]].iloc[0]
    if not (low > 0 or high < 0):
        return " (no clear difference)"
    return f" (difference {low:+.3f} to {high:+.3f})"


def _what_mattered(run: Run) -> str:
    costs = total_costs(run)
    cost = (
        f"the search took {costs['trainings'].sum():,} trainings and "
        f"{duration(costs['seconds'].sum())} of one core"
    )
    most = [
        f"{next(iter(shares.items()))[0]} for {family} "
        f"({100 * next(iter(shares.values())):.0f}% of the variance)"
        for family in studied(run)
        for shares in [importances(run, family)]
        if shares
    ]
    if not most:
        return f"{cost[0].upper()}{cost[1:]}; too few to say what mattered."
    return f"What mattered most was {listed(most)}; {cost}."
