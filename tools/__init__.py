"""What speaks Intuit and does sums: pure Python, dicts and Decimals.

Nothing in this folder imports Odoo, so each file is tested alone.
"""
