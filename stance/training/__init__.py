"""What learns: the labelled corpus, fitting, evaluation. scikit-learn lives here only."""
