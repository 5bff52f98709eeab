"""Tests of the model registry's pure part."""
