"""Flireo's REST APIs: the first generation links numbers; the later ones share one API with call control.

Nothing was tried on a live account. The first generation's host and authentication are not documented, so its
`base_url` must be given; a bearer key is assumed.
"""

from __future__ import annotations
