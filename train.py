"""Retrain the default model from ``data/``: the same as ``stance train data -o models/default``."""

from __future__ import annotations

import argparse
import sys

from stance.commands import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", default="data", help="folder or file of labeled paragraphs [data]")
    parser.add_argument("-o", "--output", default="models/default", help="folder of the model [models/default]")
    parser.add_argument("--seed", default="0", help="decides the folds and the bootstrap [0]")
    parser.add_argument("-j", "--jobs", default="-1", help="processes at work [-1: every core]")
    given = parser.parse_args()
    arguments = ["train", given.corpus, "-o", given.output, "--seed", given.seed, "--jobs", given.jobs]
    sys.exit(main(arguments))
