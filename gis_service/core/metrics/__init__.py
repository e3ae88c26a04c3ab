"""The metrics of coverage.

A shelf: each figure is a pure function over tidy tables (`tables.Tables`) that answers with
`tables.MEASURE_COLUMNS` per community, street and district; `shelf.METRICS` lists them.
"""
