"""What scores: the analyzer, the weights, the model and its artefact."""
