"""The general ledger: what every transaction posts, found anew from the books.

Nothing is stored: a posting is what a transaction says now. What is void or deleted
posts nothing, and neither do estimates.
"""

from .listing import listed
from .postings import Posting, postings

__all__ = ["Posting", "listed", "postings"]
