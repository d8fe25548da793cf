"""The model card, written from the manifest: no figure in it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stance.batch.files import write_whole
from stance.errors import number_of
from stance.model.artefact import read_manifest

__all__ = ["calibration_cell", "model_card", "told_abstained", "write_model_card"]


def write_model_card(folder: str | Path) -> None:
    """Write ``MODEL_CARD.md`` beside the manifest that it is made from.

    Raises
    ------
    StanceError
        If it cannot be written, or there is no sound manifest.
    """
    write_whole(Path(folder) / "MODEL_CARD.md", model_card(read_manifest(folder)).encode())


def model_card(manifest: Mapping[str, Any]) -> str:
    """The model card as Markdown.

    Parameters
    ----------
    manifest : mapping
        As `read_manifest` returns it.

    Returns
    -------
    str
    """
    corpus, training = manifest["corpus"], manifest["training"]
    targets = [target["name"] for target in manifest["targets"]]
    shifted = {
        name: options["unmentioned_share"]
        for name, options in manifest["fit_options"].items()
        if options.get("unmentioned_share") is not None and name not in manifest.get("unshifted", ())
    }
    held_out = "files" if manifest.get("unseen_files") else "folds"
    shift = ", and a shift between related and unrelated where the target is not mentioned" if shifted else ""
    lines = [
        f"# Model card: {manifest['name']}",
        "",
        "Generated from `manifest.json`; every figure is computed. Do not edit.",
        "",
        "## What it does",
        "",
        f"Tags a paragraph's stance on {' and '.join(f'*{name}*' for name in targets)}.",
        "One multinomial logistic regression over TF-IDF for each target, calibrated on "
        f"held-out {held_out} by temperatures{shift}.",
        "",
        "| target | labels | C | class weights | factors of blocks | weight without a mention | marked words |",
        "|---|---|---|---|---|---|---|",
    ]
    for target in manifest["targets"]:
        choice = manifest["choices"][target["name"]]
        labels = ", ".join(target["labels"])
        options = manifest["fit_options"].get(target["name"], {})
        factors = options.get("block_factors", {})
        shown = ", ".join(f"{kind} {factor:g}" for kind, factor in factors.items()) or "none"
        unmentioned = options.get("unmentioned_weight", 1)
        marks = manifest["marks"][target["name"]]
        marked = f"of {marks} paragraphs, weight {options.get('evidence_weight', 1):g}" if marks else "not used"
        weights = f"{choice['class_weight']} | {shown} | {unmentioned:g} | {marked}"
        lines.append(f"| {target['name']} | {labels} | {choice['C']:g} | {weights} |")
    lines += [
        f"\nLabels and probabilities on {name} are calibrated for text where {1000 * share:g} "
        "of a thousand paragraphs without a mention are about it. In text with more of these, such as a corpus or "
        "probes whose writers avoid the usual words, the model misses more of them."
        for name, share in shifted.items()
    ]
    lines += ["", "| block | terms | weight |", "|---|---|---|"]
    lines += [f"| {block['name']} | {block['terms']} | {block['weight']:g} |" for block in manifest["blocks"]]
    lines += ["", _read(manifest["settings"])]
    lines += [
        "",
        "## What it was trained on",
        "",
        f"{corpus['name']} {corpus['version']}: {corpus['paragraphs']} paragraphs in {corpus['articles']} articles",
        f"({corpus['groups']} groups after joining articles that share near-duplicate paragraphs).",
        f"Fingerprint `{corpus['fingerprint']}`.",
        "",
        "## How well it does",
        "",
        f"Held out by {training['folds']}-fold cross-validation, grouped by article, on the corpus above (seed "
        f"{training['seed']}); "
        "95 % intervals are from a bootstrap over groups of articles. "
        f"{_chosen(training['trials'])} Text like the "
        "corpus is easier than text from elsewhere: measure the model on labels of your own with `stance evaluate`.",
        "",
    ]
    if told := told_abstained(manifest):
        lines += [f"{told[0].upper()}{told[1:]}.", ""]
    for target in manifest["targets"]:
        lines += _metrics(target["name"], manifest["metrics"][target["name"]])
    lines += _unseen(manifest.get("unseen_files"), bool(shifted))
    lines += _probes(manifest.get("probes"))
    lines += [
        "## What it must not be used for",
        "",
        "Judging a person, an outlet or a government by single paragraphs. It reads what a paragraph puts forward, "
        "whoever holds it; it does not know who is speaking, what is true, or what the next paragraph says. "
        "Counting its labels gives biased shares where its errors do not cancel out.",
        "",
        f"It abstains from empty paragraphs, from those with too few known words, "
        f"{'from languages other than English, ' if manifest['language'] == 'en' else ''}and where no label reaches a "
        f"probability of {manifest['least_probability']:g}.",
        "",
        "## Made with",
        "",
        ", ".join(f"{name} {number}" for name, number in manifest["made_with"].items()) + ".",
        f"Arrays: SHA-256 `{manifest['arrays']['sha256']}`.",
        "",
    ]
    return "\n".join(lines)


def told_abstained(manifest: Mapping[str, Any]) -> str:
    """That the model gives paragraphs of its corpus no label, which the held-out figures do; empty if it labels all.

    Examples
    --------
    >>> told_abstained({"abstained": {"too few known words": 2}, "corpus": {"paragraphs": 42}})
    'the model gives 2 of these 42 paragraphs no label (too few known words: 2), but the held-out figures count them'
    """
    reasons = manifest.get("abstained")
    if not reasons:
        return ""
    why = ", ".join(f"{reason}: {n}" for reason, n in reasons.items())
    whose = f"{sum(reasons.values())} of these {number_of(manifest['corpus']['paragraphs'], 'paragraph')}"
    return f"the model gives {whose} no label ({why}), but the held-out figures count them"


def _chosen(trials: Sequence[Mapping[str, Any]]) -> str:
    """Whether the figures lean to the hopeful side, as they do where several trials were compared on the same folds."""
    if len(trials) > len({trial["target"] for trial in trials}):
        return "Settings were chosen on the same folds, so these figures are somewhat optimistic."
    return "The settings are given by the corpus; none was chosen on these folds."


def _read(settings: Mapping[str, Any]) -> str:
    low, high = settings["word_ngrams"]
    words = "single words" if high == 1 else f"runs of {low} to {high} words"
    return f"The block of words has {words}. Terms in fewer than {settings['min_df']} paragraphs are left out."


def _metrics(target: str, found: Mapping[str, Any]) -> list[str]:
    metrics, labels = found["metrics"], found["labels"]
    lines = [f"### {target}", "", f"{found['n']} paragraphs, {found['unscored']} not scored.", ""]
    lines += ["| | value | 95 % interval |", "|---|---|---|"]
    names = {"macro_f1": "macro-F1", "f_avg": "F_avg", "accuracy": "accuracy"}
    for key, name in names.items():
        if key in metrics:
            value, low, high = metrics[key]
            lines.append(f"| {name} | {value:.3f} | {low:.3f} to {high:.3f} |")
    lines += [f"| calibration error | {calibration_cell(found)} | |"]
    lines += ["", "| label | precision | recall | F1 | paragraphs |", "|---|---|---|---|---|"]
    for k, label in enumerate(labels):
        cells = [f"{metrics[f'{m}.{label}'][0]:.3f}" for m in ("precision", "recall", "f1")]
        lines.append(f"| {label} | {' | '.join(cells)} | {sum(found['confusion'][k])} |")
    lines += ["", "| true \\ predicted | " + " | ".join(labels) + " |", "|---" * (len(labels) + 1) + "|"]
    for label, row in zip(labels, found["confusion"], strict=True):
        lines.append(f"| {label} | " + " | ".join(str(n) for n in row) + " |")
    return [*lines, ""]


def calibration_cell(found: Mapping[str, Any]) -> str:
    """The calibration error of one target of a manifest's metrics, beside what chance would make it."""
    return f"{found['calibration_error']:.3f} ({found['calibration_error_by_chance']:.3f} by chance alone)"


def _unseen(found: Mapping[str, Any] | None, shifted: bool) -> list[str]:
    if not found:
        return []
    shift = " and the shift" if shifted else ""
    files, beyond = found["files"], "article that shares a near-duplicate paragraph with it, and calibrated on"
    if len(files) == 1:
        how = (
            f"The file {files[0]} of the corpus was scored by a model that was trained on neither it nor any {beyond} "
            "this file itself, so that these figures are somewhat optimistic."
        )
    else:
        how = (
            f"Each of {len(files)} files of the corpus ({', '.join(files)}) was scored by a model that was trained on "
            f"neither the file nor any {beyond} the other files."
        )
        if itself := found.get("calibrated_on_itself"):
            how += (
                f" But {' and '.join(itself)} only one of these files codes, which is calibrated on itself, so that "
                "these figures are somewhat optimistic."
            )
    lines = [
        "### Held out by file",
        "",
        f"{how} The model above is trained on all files, and calibrated on these margins: one temperature for "
        f"paragraphs that mention the target, another{shift} for the rest.",
        "",
        "| target | paragraphs | macro-F1 | accuracy | calibration error |",
        "|---|---|---|---|---|",
    ]
    for target, measured in found["metrics"].items():
        cells = []
        for name in ("macro_f1", "accuracy"):
            value, low, high = measured["metrics"][name]
            cells.append(f"{value:.3f} ({low:.3f} to {high:.3f})")
        cells.append(calibration_cell(measured))
        lines.append(f"| {target} | {measured['n']} | {' | '.join(cells)} |")
    return [*lines, ""]


def _probes(found: Mapping[str, Any] | None) -> list[str]:
    if not found:
        return []
    lines = [
        "### Probes",
        "",
        "Short cases, written for testing and never trained on. A case is passed if every coded target gets its label.",
        "",
    ]
    lines += ["| phenomenon | passed | cases | % |", "|---|---|---|---|"]
    passed = {**found["passed"], "all": [sum(v[i] for v in found["passed"].values()) for i in (0, 1)]}
    passed |= {f"of these in {file}": counted for file, counted in found["mixed"].items()}
    lines += [f"| {name} | {right} | {n} | {100 * right / n:.0f} |" for name, (right, n) in passed.items()]
    same, groups = found["consistent"]
    if groups:
        lines += [
            "",
            f"Cases that differ only in what must not matter got the same labels in {same} of {groups} groups.",
        ]
    return [*lines, ""]
