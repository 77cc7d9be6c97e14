"""What the summary says of the final model, and of data that came later."""

from typing import Any

from toxtune.report.markdown import format_interval, format_score, markdown_table
from toxtune.stats.metrics import METRICS


def final_section(test: dict[str, Any], final: dict[str, Any], where: str) -> str:
    """Tell the test scores before and after a refit, of single seeds and ensembles.

    Parameters
    ----------
    test
        Content of ``test.json``.
    final
        ``refit`` and ``ensemble`` of the configuration.
    where
        Which set the scores are from, with its size.
    """
    title = METRICS[test["objective"]["metric"]].title
    note = "" if final["ensemble"] else "; it has the first of the seeds alone"
    return (
        f"## Final model\n\n{title} ({where}). `*` is how the model in `final.zip` "
        f"is made{note}. That was configured, not chosen by this table.\n\n"
        + markdown_table(*final_table(test, final))
    )


def final_table(
    test: dict[str, Any], final: dict[str, Any]
) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of the scores before and after a refit."""
    rows = [
        [
            family + (" *" if _is_final(family, row, test, final) else ""),
            row["refit"],
            "ensemble" if row["ensemble"] else "single seeds, mean",
            format_score(row["score"]),
            format_interval(row["interval"]),
        ]
        for family, variants in test["variants"].items()
        for row in variants
        if row["metric"] == test["objective"]["metric"]
    ]
    header = ["family", "refit", "seeds", "score", f"{100 * test['confidence']:g}%"]
    return header, rows


def _is_final(
    family: str, row: dict[str, Any], test: dict[str, Any], final: dict[str, Any]
) -> bool:
    settings = {name: row[name] for name in ("refit", "ensemble")}
    return family == test["overall"] and settings == final


def prospective_section(reports: list[dict[str, Any]]) -> str:
    """Tell how the final model did on data that came later; empty without any."""
    if not reports:
        return ""
    title = METRICS[reports[0]["objective"]["metric"]].title
    return (
        f"## Prospective\n\n{title} of the final model on data that "
        "became available after it was frozen. Molecules of train and valid are left "
        "out; what is left out is listed in `prospective/*.exclusions.tsv`. Looks: "
        "distinct final models that these data have been shown to.\n\n"
        + markdown_table(*prospective_table(reports))
    )


def prospective_table(
    reports: list[dict[str, Any]],
) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of the scores on data that came later."""
    metric = reports[0]["objective"]["metric"]
    rows = []
    for report in reports:
        mean = report["scores"][metric]["mean"]
        rows.append(
            [
                report["name"],
                format_score(mean["score"]),
                format_interval(mean["interval"]),
                f"{report['molecules']} of {report['rows']}",
                report["already_seen"],
                report["unparsable"],
                ", ".join(report["tasks_missing"]) or "none",
                report["openings"],
            ]
        )
    header = ["data", "score", f"{100 * reports[0]['confidence']:g}%"]
    header += ["rows", "seen before", "unreadable", "tasks that lack", "looks"]
    return header, rows
