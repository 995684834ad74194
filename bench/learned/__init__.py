"""A predictor that is learned from recorded customers; the benchmarks hold it against the rules."""
