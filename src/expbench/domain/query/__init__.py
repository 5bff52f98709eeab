"""The filter language: `parse` a text, `compile_query` it, ask `matches` of each run document.

Every MLflow `search_runs` filter is one, and beyond it come bare names, `or`, `not`, parentheses, `in`, `~`,
durations, relative times and labels such as `tag:base`.
"""

from expbench.domain.query.evaluate import CompiledQuery, StageHolders, Watched, compile_query
from expbench.domain.query.fields import Access, access, field_names, full_name, name_of
from expbench.domain.query.parser import parse
from expbench.domain.query.syntax import Query

__all__ = [
    "Access",
    "CompiledQuery",
    "Query",
    "StageHolders",
    "Watched",
    "access",
    "compile_query",
    "field_names",
    "full_name",
    "name_of",
    "parse",
]
