"""The fault campaign (RELIABILITY "Fault campaign"): kill at every commit, and see that nothing is lost.

Loaded only under `portal.settings.chaos`; nothing of the product may import it.
"""

from django.conf import settings

if not getattr(settings, "CHAOS", False):
    raise ImportError("the fault campaign runs under portal.settings.chaos only")
