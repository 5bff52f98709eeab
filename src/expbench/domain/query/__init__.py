"""The filter language: `parser.parse` a text, `evaluate.compile_query` it, ask `matches` of each run document.

Every MLflow `search_runs` filter is one, and beyond it come bare names, `or`, `not`, parentheses, `in`, `~`,
durations, relative times and labels such as `tag:base`. What a name stands for, `fields` tells alone: listing runs
without a filter needs nothing else from here, and importing this package loads none of its modules.
"""
